/** Texts are named by explicit ids; the English catalogue is their source. */
export default {
  locales: ["en", "es", "pt"],
  sourceLocale: "en",
  format: "po",
  catalogs: [{ path: "src/i18n/locales/{locale}", include: ["src"] }],
};
