"""CI systems: one file each, saying in data how its tokens and variables become facts."""

from shortlist.provenance.systems import buildkite, circleci, generic, github, gitlab
from shortlist.provenance.systems.system import System

SYSTEMS: dict[str, System] = {
    module.SYSTEM.name: module.SYSTEM for module in (gitlab, github, buildkite, circleci, generic)
}
