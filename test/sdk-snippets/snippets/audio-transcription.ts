import OpenAI, { toFile } from 'openai';

const openai = new OpenAI();

const transcription = await openai.audio.transcriptions.create({
  file: await toFile(Buffer.from('RIFF'), 'speech.wav'),
  model: 'whisper-1',
});
console.log(transcription.text);

const translation = await openai.audio.translations.create({
  file: new File(['RIFF'], 'sprache.wav', { type: 'audio/wav' }),
  model: 'whisper-1',
});
console.log(translation.text);
