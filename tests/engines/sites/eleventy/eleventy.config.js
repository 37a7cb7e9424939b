module.exports = (config) => {
  // As the documentation of Eleventy does it.
  config.addPreprocessor("drafts", "*", (data) => (data.draft ? false : undefined));
  config.addFilter("instant", (date) => date.toISOString());
  // The tags of the folders only gather pages.
  config.addFilter("own", (tags) => tags.filter((tag) => !["posts", "notes"].includes(tag)));
  return { dir: { input: "src" } };
};
