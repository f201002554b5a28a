// What tests have for @tensorflow/tfjs: the same module by `require`. Node's `import` first reads its ten megabytes through for the
// names of exports, which costs every test file 0.3 seconds; a name that is no literal keeps it from following.

const name = '@tensorflow/tfjs';
module.exports = require(name);
