// Reloads the page when the site or a post changes, and shows the problems of the post on it.
"use strict";

const folder = "/.publisher/";
let version = null;

// The server names its version first. Another one after a lost connection shows a newer state.
new EventSource(`${folder}events`).addEventListener("version", (event) => {
  if (version !== null && event.data !== version) location.reload();
  version = event.data;
});

async function showProblems() {
  const query = new URLSearchParams({ page: decodeURI(location.pathname) });
  const post = await (await fetch(`${folder}post?${query}`)).json();
  if (!post || post.problems.length === 0) return;
  const box = document.createElement("div");
  // The styles of the site do not reach into a shadow tree.
  const shadow = box.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = `
    details { position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483647; max-width: 28rem;
      max-height: 60vh; overflow: auto; padding: .5rem .9rem; border: 1px solid #8c959f;
      border-radius: .5rem; background: #fff8e1; color: #1b1f24;
      font: 14px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
    summary { cursor: pointer; font-weight: bold; }
    ul { margin: .5rem 0; padding-left: 1.2rem; }`;
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const count = post.problems.length;
  summary.textContent = `${post.file}: ${count} ${count === 1 ? "problem" : "problems"}`;
  const list = document.createElement("ul");
  for (const problem of post.problems) {
    const item = document.createElement("li");
    item.textContent = problem;
    list.append(item);
  }
  details.append(summary, list);
  shadow.append(style, details);
  document.body.append(box);
}

if (!location.pathname.startsWith(folder)) showProblems();
