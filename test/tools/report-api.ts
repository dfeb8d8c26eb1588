/**
 * Compares the declarations in `dist/` with the reports in `test/api/`, one per subpath, so that a change of the public
 * surface shows in review. Without `--check` it writes the reports.
 */
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { projectRoot, subpaths } from './exports-map.ts';

const check = process.argv.includes('--check');
const quiet = { logLevel: ExtractorLogLevel.None };

function report(entry: string): boolean {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: `${projectRoot}package.json`,
    configObject: {
      projectFolder: projectRoot,
      mainEntryPointFilePath: `${projectRoot}dist/${entry}.d.ts`,
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: `${projectRoot}tsconfig.json`, skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: `${entry}.api.md`,
        reportFolder: `${projectRoot}test/api`,
        reportTempFolder: `${projectRoot}temp/api`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          // Everything exported is public; there are no release tags.
          'ae-missing-release-tag': quiet,
          // The bundle keeps types that are reachable but have no name of their own at the door.
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          'ae-unresolved-link': quiet,
        },
        // The only @ts-ignore comments are those of the generated namespace.
        tsdocMessageReporting: { default: quiet },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: !check,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (result.apiReportChanged && check) {
    console.error(`test/api/${entry}.api.md does not match the code: run \`npm run api\` and review the difference.`);
  }
  return result.errorCount === 0 && !(check && result.apiReportChanged);
}

const results = subpaths().map(({ entry }) => report(entry));
if (results.includes(false)) process.exitCode = 1;
