"""What the browser's JSON API takes and gives. TypeScript types are generated from these structs.

Times are integer milliseconds since 1970 UTC. A metric value that JSON has no number for is one of the texts
"NaN", "Infinity" and "-Infinity".
"""

from typing import Literal

import msgspec

from shortlist.web.wire_answer import Answer, Standing, Value
from shortlist.web.wire_ci import Ci
from shortlist.web.wire_logged import LoggedModel

View = Literal["active", "deleted", "all"]


class Empty(msgspec.Struct):
    pass


class User(msgspec.Struct):
    id: int
    username: str
    name: str
    administrator: bool


class Session(msgspec.Struct):
    """Who is signed in. `csrf_token` goes into the header X-CSRF-Token of every POST, PATCH and DELETE."""

    user: User | None
    csrf_token: str
    version: str


class SignIn(msgspec.Struct):
    """`code` is of the account's second factor, if it has one: of the authenticator, or a recovery code."""

    login: str
    password: str
    code: str = ""


class Project(msgspec.Struct):
    """A project as the caller stands to it. `rights` are the actions that the caller may take in it, such as
    `experiment:read`; what is disabled or hidden is not among them."""

    id: int
    full_path: str
    name: str
    description: str
    visibility: str
    role: str | None  # guest, planner, reporter, developer, maintainer, owner; None for a visitor
    can_write: bool
    rights: list[str]
    archived: bool
    deleted_at: int | None  # when its grace period began
    experiments: int
    candidates: int
    last_activity_at: int | None


class ProjectCreate(msgspec.Struct):
    """A new project, in a group or, where no namespace is named, in the caller's own."""

    path: str
    name: str = ""
    description: str = ""
    visibility: Literal["private", "internal", "public"] | None = None  # None: the instance's default
    namespace: str = ""


class ProjectQuery(msgspec.Struct):
    """`deleted` asks for those that wait for the end of their grace period."""

    deleted: bool = False


class ProjectList(msgspec.Struct):
    projects: list[Project]


class Experiment(msgspec.Struct):
    iid: int
    name: str
    note: str
    created_at: int
    updated_at: int
    created_by: str | None
    deleted: bool
    candidates: int
    running: int
    failed: int
    last_activity_at: int


class ExperimentList(msgspec.Struct):
    experiments: list[Experiment]
    next_page_token: str | None = None


class ExperimentQuery(msgspec.Struct):
    search: str = ""
    view: View = "active"
    sort: Literal["activity", "newest", "name"] = "activity"
    page_token: str = ""
    max_results: int = 100


class ExperimentCreate(msgspec.Struct):
    name: str
    note: str = ""


class ExperimentPath(msgspec.Struct):
    experiment: int


class ExperimentChange(msgspec.Struct):
    experiment: int
    name: str | None = None
    note: str | None = None


class Column(msgspec.Struct):
    """A metric, parameter or metadata key that candidates of the experiment have.

    `distinct` counts different values up to 2, for parameters and metadata: 1 means the same for all that have it.
    `influence` is the share of the variance of the goal's value that a parameter explains by itself, 0 where it
    explains nothing or nobody looked: seeds, and all but parameters.
    """

    kind: Literal["metric", "param", "metadata", "ci"]
    key: str
    candidates: int
    distinct: int
    influence: float = 0


class ColumnList(msgspec.Struct):
    columns: list[Column]


class CandidateQuery(msgspec.Struct):
    """A page of candidates. `order_by` has entries such as `metrics."val/acc" DESC`; `columns` limits the values
    sent back to `metrics.<key>`, `params.<key>`, `metadata.<key>`, `ci.<fact>`, `note`; None sends every value.
    `ranked` puts the best by the goal first, whoever has no rank last, and takes only active candidates and no
    `order_by`.

    `start` passes over so many rows of the order, which stays that of an earlier page whose `snapshot` is given.

    `fold`, of ranked pages, gives candidates that differ in nothing but their seed as one row (`seeds`, in the order
    of their means, or in that of `order_by`), or children below their parents (`tree`); `expanded` are the iids
    (without sign) of the rows whose members or children are rows too."""

    experiment: int
    filter: str = ""
    order_by: list[str] = []
    view: View = "active"
    page_token: str = ""
    max_results: int = 100
    columns: list[str] | None = None
    ranked: bool = False
    start: int = 0
    snapshot: str = ""
    fold: Literal["", "seeds", "tree"] = ""
    expanded: list[int] = []


class SeedRow(msgspec.Struct):
    """What a row of a seed group stands for: its ranked members, best first (at most 1,000 of them), how many there
    are, and the sample's standard deviation of each metric of the row, whose values are the means of the finite ones.
    Of a group too large to read with its page only the goal's metric is known."""

    candidates: list[int]
    n: int
    deviations: dict[str, float]


class CandidateRow(msgspec.Struct):
    """`iid` of a row that is a whole seed group is negative. Of a folded page, `depth` is how deep the row stands and
    `below` how many rows it holds."""

    iid: int
    external_id: str
    name: str
    status: Literal["running", "scheduled", "finished", "failed", "killed"]
    start_time: int
    end_time: int | None
    created_by: str
    parent: str | None  # external id
    deleted: bool
    metrics: dict[str, Value]
    params: dict[str, str]
    metadata: dict[str, str]
    note: str = ""  # its beginning, where the column `note` is asked for
    standing: Standing | None = None  # of a ranked page
    starred: bool = False  # by the caller
    ci: dict[str, str] = {}  # job, pipeline, merge_request, ref, sha, user, verified
    depth: int = 0
    below: int = 0
    group: SeedRow | None = None


class CandidatePage(msgspec.Struct):
    """`baseline` is that of the goal, on every ranked page, whatever the filter. `snapshot` names the order."""

    candidates: list[CandidateRow]
    total: int
    next_page_token: str | None = None
    baseline: CandidateRow | None = None
    snapshot: str | None = None


class AnsweredPage(msgspec.Struct):
    """The answer of an experiment and the first page of its candidates."""

    answer: Answer
    page: CandidatePage


class CandidatePath(msgspec.Struct):
    candidate: int


class CandidateLink(msgspec.Struct):
    iid: int
    name: str
    status: str


class Series(msgspec.Struct):
    """A metric of one candidate: how many points, the latest, and the extremes of its finite values."""

    key: str
    count: int
    last: Value
    last_step: int
    last_timestamp: int
    minimum: float | None
    minimum_step: int | None
    maximum: float | None
    maximum_step: int | None
    has_nan: bool
    has_infinity: bool
    odd_step: int | None  # the first step with NaN or an infinity, where it is known


class KeyValue(msgspec.Struct):
    key: str
    value: str


class Dataset(msgspec.Struct):
    name: str
    digest: str
    context: str | None
    source_type: str


class File(msgspec.Struct):
    path: str
    size: int
    sha256: str
    content_type: str
    created_at: int


class FileList(msgspec.Struct):
    files: list[File]
    truncated: bool


class VersionLink(msgspec.Struct):
    """A version of a registered model. `model` is the model's number, `number` the version's, `version` its text."""

    model: int
    name: str
    number: int
    version: str
    aliases: list[str]


class Place(msgspec.Struct):
    """The rank of a candidate among those that have one, None where it has none, and by what: `highest val/acc`."""

    rank: int | None
    of: int
    by: str
    metric: str
    lower_is_better: bool


class Candidate(msgspec.Struct):
    iid: int
    external_id: str
    name: str
    note: str
    status: str
    start_time: int
    end_time: int | None
    created_by: str
    created_at: int
    deleted: bool
    experiment: CandidateLink | None  # iid and name of its experiment; status is "active" or "deleted"
    parent: CandidateLink | None
    children: list[CandidateLink]
    metrics: list[Series]
    params: list[KeyValue]
    metadata: list[KeyValue]
    datasets: list[Dataset]
    files: list[File]
    files_truncated: bool
    place: Place | None = None
    versions: list[VersionLink] = []  # of registered models that were made from it
    ci: Ci | None = None
    starred: bool = False  # by the caller
    models: list[LoggedModel] = []  # that it logged


class CandidateChange(msgspec.Struct):
    """`metadata` sets keys; a value of None removes the key."""

    candidate: int
    name: str | None = None
    note: str | None = None
    metadata: dict[str, str | None] = {}
