#!/usr/bin/env node
/** The command line tool: `npx llm-gateway-client report <file>`. */
import { REPORT_HELP, reportCommand, UsageError } from './cli/report-command.js';

const HELP = `Usage: llm-gateway-client <command>

Commands
  report <file>   what the calls in a ledger file cost, with a page of charts

llm-gateway-client <command> --help says more.`;

async function main([command, ...args]: readonly string[]): Promise<number> {
  const { stdout, stderr } = process;
  const wantsHelp = args.includes('--help') || args.includes('-h');
  if (command === undefined || command === '--help' || command === '-h') {
    stdout.write(`${HELP}\n`);
    return command === undefined ? 2 : 0;
  }
  if (command !== 'report') {
    stderr.write(`There is no command ${command}.\n\n${HELP}\n`);
    return 2;
  }
  if (wantsHelp) {
    stdout.write(`${REPORT_HELP}\n`);
    return 0;
  }
  try {
    await reportCommand(args, stdout, stderr);
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError;
    stderr.write(
      `${error instanceof Error ? error.message : String(error)}${usage ? '\n\nllm-gateway-client report --help says more.' : ''}\n`,
    );
    return usage ? 2 : 1;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
