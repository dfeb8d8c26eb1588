import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** One option as `options.ts` documents it. */
export interface DocumentedOption {
  readonly interface: string;
  readonly name: string;
  readonly meaning: string;
  readonly default: string | undefined;
  /** The type as written, without `undefined`. */
  readonly type: string;
}

const FILE = fileURLToPath(new URL('../../src/options/options.ts', import.meta.url));

/** Every field of every interface in `options.ts`, in the order in which they stand. The README's tables are made of these. */
export function documentedOptions(): readonly DocumentedOption[] {
  const source = ts.createSourceFile(FILE, readFileSync(FILE, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) =>
    declaration.members.filter(ts.isPropertySignature).map((member) => {
      const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
      const tag = comment?.tags?.find((candidate) => candidate.tagName.text === 'default');
      return {
        interface: declaration.name.text,
        name: member.name.getText(source),
        meaning: ts.getTextOfJSDocComment(comment?.comment) ?? '',
        default: ts.getTextOfJSDocComment(tag?.comment),
        type: (member.type?.getText(source) ?? '').replace(/ \| undefined$/, ''),
      };
    }),
  );
}
