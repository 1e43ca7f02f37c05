/**
 * The lint rule made from imports.json: every way a module is named (import, import type, export from, import(),
 * require, import equals, typeof import) goes to the same judge. oxlint's own no-restricted-imports sees the static ones only.
 */
import { readFileSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { judge } from "./imports.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const table = JSON.parse(readFileSync(new URL("../../imports.json", import.meta.url), "utf8"));

/**
 * What this rule looks at in ESTree's nodes.
 * @typedef {object} Node
 * @property {string} type
 * @property {Node | null} [source]
 * @property {string} [importKind]
 * @property {string} [exportKind]
 * @property {Node} [argument]
 * @property {Node} [expression]
 * @property {Node} [literal]
 * @property {unknown} [value]
 * @property {Node[]} [expressions]
 * @property {{ value: { cooked: string } }[]} [quasis]
 * @property {Node} [callee]
 * @property {Node[]} [arguments]
 * @property {Node} [object]
 * @property {Node} [property]
 * @property {string} [name]
 */

const imports = {
  meta: { type: "problem", docs: { description: "Who may import whom (imports.json)" } },
  /** @param {{ filename: string, report(problem: { node: Node, message: string }): void }} context */
  create(context) {
    const file = relative(root, context.filename).split(sep).join("/");

    /** @param {Node} node @param {Node | null | undefined} source @param {import("./imports.js").Kind} kind */
    function check(node, source, kind) {
      const reason = judge(table, { file, specifier: literal(source), kind });
      if (reason !== undefined) context.report({ node, message: reason });
    }
    /** @param {Node} node */
    function checkStatic(node) {
      if (!node.source) return;
      // `import { type A }` is a value: with verbatimModuleSyntax the module is loaded all the same.
      check(
        node,
        node.source,
        node.importKind === "type" || node.exportKind === "type" ? "type" : "value",
      );
    }

    return {
      ImportDeclaration: checkStatic,
      ExportNamedDeclaration: checkStatic,
      ExportAllDeclaration: checkStatic,
      /** @param {Node} node */
      ImportExpression: (node) => check(node, node.source, "dynamic"),
      /** @param {Node} node */
      TSImportType: (node) => check(node, node.source ?? node.argument, "type"),
      /** @param {Node} node */
      TSExternalModuleReference: (node) => check(node, node.expression, "value"),
      /** @param {Node} node */
      CallExpression(node) {
        if (isRequire(node.callee)) check(node, node.arguments?.[0], "value");
      },
    };
  },
};

/** `require(…)` and `require.resolve(…)`. @param {Node | undefined} callee */
function isRequire(callee) {
  const called =
    callee?.type === "MemberExpression" && callee.property?.name === "resolve"
      ? callee.object
      : callee;
  return called?.type === "Identifier" && called.name === "require";
}

/** The text of a name written as a literal; undefined where it is computed. @param {Node | null | undefined} node @returns {string | undefined} */
function literal(node) {
  if (node?.type === "TSLiteralType") return literal(node.literal);
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions?.length === 0)
    return node.quasis?.[0]?.value.cooked;
  return undefined;
}

export default { meta: { name: "millrace" }, rules: { imports } };
