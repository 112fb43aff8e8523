// Code in parts that can be coloured. Loaded when code is looked at.

import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import julia from 'highlight.js/lib/languages/julia';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import r from 'highlight.js/lib/languages/r';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';
import type { Token } from './json';

const low = createLowlight({
  ...{ bash, cpp, css, diff, dockerfile, go, ini, java, javascript, julia, makefile, markdown },
  ...{ python, r, rust, sql, typescript, xml, yaml },
});

const BY_SUFFIX: Record<string, string> = {
  ...{ py: 'python', sh: 'bash', r: 'r', jl: 'julia', js: 'javascript', ts: 'typescript', css: 'css' },
  ...{ html: 'xml', htm: 'xml', xml: 'xml', svg: 'xml', sql: 'sql', diff: 'diff', patch: 'diff' },
  ...{ c: 'cpp', cc: 'cpp', cpp: 'cpp', h: 'cpp', rs: 'rust', go: 'go', java: 'java', md: 'markdown' },
  ...{ yaml: 'yaml', yml: 'yaml', toml: 'ini', ini: 'ini', cfg: 'ini', conf: 'ini', properties: 'ini' },
};
const BY_NAME: Record<string, string> = { mlmodel: 'yaml', dockerfile: 'dockerfile', makefile: 'makefile' };

// Words of highlight.js, by the few colours that there are.
const COLOURS: Record<string, Token['kind']> = {
  ...{ keyword: 'word', built_in: 'word', literal: 'word', 'selector-tag': 'word', type: 'word' },
  ...{ string: 'string', regexp: 'string', addition: 'string', subst: 'plain' },
  ...{ number: 'number', symbol: 'number', meta: 'number', deletion: 'number' },
  ...{
    title: 'key',
    attr: 'key',
    attribute: 'key',
    name: 'key',
    section: 'key',
    property: 'key',
    variable: 'key',
  },
  ...{ comment: 'comment', quote: 'comment' },
};

/** The language of a file by its name, whose suffix may also be a language's own name; null for plain text. */
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const suffix = name.slice(name.lastIndexOf('.') + 1);
  return BY_NAME[name] ?? BY_SUFFIX[suffix] ?? (low.registered(suffix) ? suffix : null);
}

interface Node {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: Node[];
}

/** Splits code into tokens; joined, they are the text. `language` is one that `languageOf` gives. */
export function codeTokens(text: string, language: string): Token[] {
  const tokens: Token[] = [];
  const walk = (node: Node, kind: Token['kind']): void => {
    if (node.value !== undefined) {
      const last = tokens.at(-1);
      if (last?.kind === kind) last.text += node.value;
      else tokens.push({ kind, text: node.value });
    }
    const [word] = Array.isArray(node.properties?.className) ? (node.properties.className as string[]) : [];
    const inner = word === undefined ? kind : (COLOURS[word.replace(/^hljs-/, '')] ?? kind);
    for (const child of node.children ?? []) walk(child, inner);
  };
  walk(low.highlight(language, text) as Node, 'plain');
  return tokens;
}
