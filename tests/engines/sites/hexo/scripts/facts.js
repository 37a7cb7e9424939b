// What the page of a post says of it.
const { relative } = require("path");

hexo.extend.helper.register("facts", (page) => {
  const { lang } = hexo.model("Post").findById(page._id);
  const facts = {
    path: relative(hexo.base_dir, page.full_source),
    url: page.permalink.slice(hexo.config.url.length),
    title: page.title,
    published: page.date.clone().utc().format(),
    updated: page.updated.clone().utc().format(),
    tags: names(page, "PostTag", "Tag", "tag_id"),
    categories: names(page, "PostCategory", "Category", "category_id"),
    language: lang || hexo.config.language,
  };
  return JSON.stringify(facts).replace(/</g, "\\u003c");
});

// The post's tags and categories are in the order in which Hexo met them in any post; the links to
// them are in the post's own order.
function names(page, links, ends, key) {
  const ids = hexo.model(links).find({ post_id: page._id }).map((link) => link[key]);
  return [...new Set(ids)].map((id) => hexo.model(ends).findById(id).name);
}
