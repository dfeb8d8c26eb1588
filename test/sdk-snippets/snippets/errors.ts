import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0 });

const job = await client.fineTuning.jobs
  .create({ model: 'fault-400', training_file: 'file-abc123' })
  .catch(async (err: unknown) => {
    if (err instanceof OpenAI.APIError) {
      console.log(err.requestID);
      console.log(err.status); // 400
      console.log(err.name); // BadRequestError
      console.log(err.headers.get('content-type'));
      console.log(err.code, err.param, err.type, err.error, err.message);
    } else {
      throw err;
    }
  });
console.log(job);
