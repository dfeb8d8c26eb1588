import ts from 'typescript';

/** Declarations that were read for an earlier program; lib.dom and the SDK are most of the work. */
const kept = new Map<string, ts.SourceFile>();

/** A program whose declaration files are shared with the programs before it. Its other files are read anew. */
export function compile(files: readonly string[], options: ts.CompilerOptions): ts.Program {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, how, ...rest) => {
    if (!/\.d\.[cm]?ts$/.test(path)) return read(path, how, ...rest);
    // As CommonJS the same text is another module.
    const format = typeof how === 'object' ? how.impliedNodeFormat : undefined;
    const key = `${path} ${format}`;
    const source = kept.get(key) ?? read(path, how, ...rest);
    if (source !== undefined) kept.set(key, source);
    return source;
  };
  return ts.createProgram(files, options, host);
}

/** What is wrong with the files of a program that lie in a folder, those of packages included. */
export function problemsIn(program: ts.Program, folder: string): string[] {
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder));
  return [
    ...program.getOptionsDiagnostics(),
    ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ].map(({ file, start = 0, messageText }) => {
    const place =
      file === undefined
        ? ''
        : `${file.fileName.slice(folder.length)}:${file.getLineAndCharacterOfPosition(start).line + 1}: `;
    return place + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
}
