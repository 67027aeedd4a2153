// The preferences of a person, kept in the browser: the language of the page, and the last collection.

/** Return what is kept in this browser under a name. */
export function kept(name, otherwise = "") {
  try {
    return localStorage.getItem(`quoth.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keep a preference in this browser; nothing of the documents is kept. */
export function keep(name, value) {
  try {
    localStorage.setItem(`quoth.${name}`, value);
  } catch {
    // A browser that keeps nothing works as well.
  }
}
