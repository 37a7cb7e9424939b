// Print what the npm library stanza makes of the message on stdin, as JSON.
const { JXT } = require("stanza");
const protocol = require("stanza/protocol").default;

const registry = new JXT.Registry();
registry.define(protocol);
const text = require("fs").readFileSync(0, "utf8");
console.log(JSON.stringify(registry.import(JXT.parse(text))));
