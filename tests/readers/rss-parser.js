// Print the items that the npm library rss-parser finds in the feed on stdin, as JSON.
const Parser = require("rss-parser");

const text = require("fs").readFileSync(0, "utf8");
new Parser().parseString(text).then((feed) => console.log(JSON.stringify(feed.items)));
