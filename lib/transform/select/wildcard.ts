const special = /[.+^${}()|\\]/;

/**
 * Whether a name matches a pattern with `*`, `?`, `[abc]` and `[!abc]`, over its whole length. `*` also crosses dots and
 * slashes.
 */
export function matchesWildcard(name: string, pattern: string): boolean {
  return toRegExp(pattern, '.*').test(name);
}

/** Like `matchesWildcard` for paths: `*` and `?` stay inside one folder, `**` crosses folders. */
export function matchesPath(path: string, pattern: string): boolean {
  return toRegExp(pattern, '[^/]*').test(path);
}

export function hasWildcard(pattern: string): boolean {
  return /[*?[\]]/.test(pattern);
}

function toRegExp(pattern: string, star: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (pattern.startsWith('**/', at)) {
      source += '(?:.*/)?';
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      source += '.*';
      at += 1;
    } else if (character === '*') source += star;
    else if (character === '?') source += star === '.*' ? '.' : '[^/]';
    else if (character === '[') {
      // As in fnmatch: a `]` right after the opening is an ordinary character of the set.
      const from = at + (pattern.charAt(at + 1) === '!' ? 2 : 1);
      const close = pattern.indexOf(']', from + 1);
      if (close === -1) source += '\\[';
      else {
        const inside = pattern.slice(from, close).replace(/[\\\]^[]/g, '\\$&');
        source += `[${from === at + 2 ? '^' : ''}${inside}]`;
        at = close;
      }
    } else source += special.test(character) || character === ']' ? `\\${character}` : character;
  }
  return new RegExp(`^${source}$`, 's');
}
