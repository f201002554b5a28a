#!/usr/bin/env bash
# Makes the `tensorflow` back end work where tfjs-node's own installer cannot reach its download: builds tfjs-node's binding
# against the TensorFlow library of PyPI's wheel, and puts it into the node_modules of the current folder. No package.json changes.
#
#   bash scripts/tensorflow/install.sh [FOLDER]      FOLDER (default .cache/tensorflow) takes the library and the packages
#
# Needs Linux on x86-64, Node, Python 3 with pip, g++ and 900 MB. What is in FOLDER already is not fetched again.

set -euo pipefail

tfjs=4.22.0
tensorflow=2.15.1
headers=1.9.0
project=$PWD
folder=${1:-.cache/tensorflow}

say() { echo "tensorflow back end: $*"; }
fail() {
  say "$*" >&2
  exit 1
}

[[ "$(uname -sm)" == 'Linux x86_64' ]] || fail "this script knows Linux on x86-64 only, this is $(uname -sm)"
for tool in node npm python3 g++; do
  command -v "$tool" > /dev/null || fail "needs $tool, which is not on the PATH"
done
installed=$(node -p "require('@tensorflow/tfjs/package.json').version" 2> /dev/null) ||
  fail "no @tensorflow/tfjs in $project/node_modules; run this where you have run npm install"
[[ "$installed" == "$tfjs" ]] || fail "needs @tensorflow/tfjs $tfjs, but $project/node_modules has $installed"

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
library=$folder/tensorflow
modules=$folder/node_modules

if [[ ! -e $library/complete ]]; then
  say "fetching tensorflow-cpu $tensorflow (200 MB)"
  # The Python version names one of several wheels that hold the same library; it need not be the installed one.
  python3 -m pip download "tensorflow-cpu==$tensorflow" --no-deps --only-binary=:all: --python-version 3.11 \
    --platform manylinux2014_x86_64 --quiet --dest "$folder/wheel"
  say "unpacking the library and its headers into $library"
  python3 - "$folder"/wheel/*.whl "$folder" << 'PYTHON'
import sys
import zipfile

wheel = zipfile.ZipFile(sys.argv[1])
parts = ("tensorflow/libtensorflow", "tensorflow/include/tensorflow/", "tensorflow/include/tsl/")
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(parts)])
PYTHON
  rm -r "$folder/wheel"
  touch "$library/complete"
fi

say "fetching @tensorflow/tfjs-node $tfjs"
[[ -e $folder/package.json ]] || echo '{ "private": true }' > "$folder/package.json"
rm -rf "$modules/@tensorflow/tfjs" # A link to the project's, after an earlier run.
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error \
  "@tensorflow/tfjs-node@$tfjs" "node-api-headers@$headers" > /dev/null
# One copy of TensorFlow.js for all: the project's.
rm -rf "$modules/@tensorflow/tfjs" "$modules"/@tensorflow/tfjs-{backend-cpu,backend-webgl,converter,core,data,layers}
ln -s "$project/node_modules/@tensorflow/tfjs" "$modules/@tensorflow/tfjs"

say "compiling its binding"
package=$modules/@tensorflow/tfjs-node
mkdir -p "$package/lib/napi-v8"
g++ -O2 -std=c++17 -shared -fPIC -DNAPI_VERSION=8 \
  -I "$modules/node-api-headers/include" -I "$library/include" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" \
  -o "$package/lib/napi-v8/tfjs_binding.node" \
  -L "$library" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$library"

target=$project/node_modules/@tensorflow/tfjs-node
rm -rf "$target"
ln -s "$package" "$target"
TF_CPP_MIN_LOG_LEVEL=1 node -e "
  const tf = require('@tensorflow/tfjs-node');
  const [four] = tf.matMul([[2]], [[2]]).dataSync();
  if (tf.getBackend() !== 'tensorflow' || four !== 4) throw new Error('2 * 2 on ' + tf.getBackend() + ' is ' + four);
"
say "ready, with TensorFlow $tensorflow in $folder; linked as ${target#"$project/"}"
say "try it: RASTERGRAD_BACKEND=tensorflow npm start -- training.steps=100"
