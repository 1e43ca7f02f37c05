/** What a property's comment says of its values: a description, and the constraints that JSDoc tags commonly name. */
import { ts } from "ts-morph";
import type { JsonSchema } from "../../topology.ts";

const numbers = new Set([
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
]);
const texts = new Set(["format", "pattern", "title"]);

export function jsdocKeywords(
  property: ts.Symbol,
  checker: ts.TypeChecker,
): { keywords: JsonSchema; gaps: string[] } {
  const keywords: Record<string, unknown> = {};
  const gaps: string[] = [];
  const description = ts.displayPartsToString(property.getDocumentationComment(checker)).trim();
  if (description !== "") keywords["description"] = description;
  for (const { name, text } of property.getJsDocTags(checker)) {
    const value = ts.displayPartsToString(text).trim();
    if (texts.has(name)) keywords[name] = value;
    else if (name === "deprecated") keywords["deprecated"] = true;
    else if (numbers.has(name)) {
      if (value !== "" && Number.isFinite(Number(value))) keywords[name] = Number(value);
      else gaps.push(`@${name} is not a number`);
    }
  }
  return { keywords, gaps };
}
