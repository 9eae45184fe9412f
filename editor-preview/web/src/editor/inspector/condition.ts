/**
 * Conditions of the simple form as rows: `path operator literal`, joined by `&&` or by `||`. What is of another form has no rows, and is
 * shown as code; the server alone says whether it is right.
 */
import type { Json } from "../json";

/** How a path compares with a literal; the last two have none. */
export const OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "missing", "there"] as const;
export type Operator = (typeof OPERATORS)[number];

/** One comparison. */
export interface Row {
  path: string;
  operator: Operator;
  literal: Json;
}

/** A condition as rows: all of them hold, or any. */
export interface Rows {
  join: "&&" | "||";
  rows: readonly Row[];
}

const ROW = /\s*([a-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(==|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|\(\))\s*/y;

/** The rows of a condition; none where it is of another form. */
export function rowsOf(source: string): Rows | undefined {
  const rows: Row[] = [];
  let join: Rows["join"] | undefined;
  for (let at = 0; ; ) {
    ROW.lastIndex = at;
    const found = ROW.exec(source);
    const row = found && rowOf(found[1] ?? "", found[2] ?? "", found[3] ?? "");
    if (!row) {
      return undefined;
    }
    rows.push(row);
    at = ROW.lastIndex;
    if (at === source.length) {
      return { join: join ?? "&&", rows };
    }
    const joiner = source.slice(at, at + 2);
    if ((joiner !== "&&" && joiner !== "||") || (join !== undefined && join !== joiner)) {
      return undefined;
    }
    join = joiner;
    at += 2;
  }
}

/** The condition that rows say. */
export function sourceOf({ join, rows }: Rows): string {
  return rows.map(rowSource).join(` ${join} `);
}

/** The literal that somebody means by what they typed: in quotes a text whatever it is, else a number or true and false where it is one. */
export function literalOf(typed: string): Json {
  const quoted = /^"(.*)"$/s.exec(typed)?.[1];
  if (quoted !== undefined) {
    return quoted;
  }
  if (typed === "true" || typed === "false") {
    return typed === "true";
  }
  return /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed;
}

/** How a literal is shown in its field: a text that looks like something else in quotes. */
export function shownLiteral(literal: Json): string {
  if (typeof literal !== "string") {
    return literal === null ? "" : String(literal);
  }
  return literalOf(literal) === literal ? literal : `"${literal}"`;
}

function rowOf(path: string, operator: string, literal: string): Row | undefined {
  if (literal === "()") {
    return operator === "==" ? { path, operator: "missing", literal: null } : operator === "!=" ? { path, operator: "there", literal: null } : undefined;
  }
  const value = literal.startsWith('"') ? unescape(literal) : (JSON.parse(literal) as Json);
  return value === undefined ? undefined : { path, operator: operator as Operator, literal: value };
}

/** Escapes that JSON has, too; a text with others has no row. */
function unescape(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

function rowSource({ path, operator, literal }: Row): string {
  switch (operator) {
    case "missing":
      return `${path} == ()`;
    case "there":
      return `${path} != ()`;
    default:
      return `${path} ${operator} ${JSON.stringify(literal ?? "")}`;
  }
}
