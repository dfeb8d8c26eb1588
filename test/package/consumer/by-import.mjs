import * as door from 'llm-gateway-client';
import * as sdk from 'openai';
import report from './report.cjs';

process.stdout.write(JSON.stringify(await report(door, sdk)));
