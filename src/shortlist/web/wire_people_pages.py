"""What pages about people, projects and access carry as their first data."""

import msgspec

from shortlist.retention.types import Rule
from shortlist.web import wire_ci, wire_instance, wire_packages
from shortlist.web import wire_people as wire
from shortlist.web.wire_sign_in import SignInMethods


class PeopleData(msgspec.Struct):
    """Each field holds what the API would answer; a page has those that it shows."""

    account: wire.Account | None = None
    sign_in_methods: SignInMethods | None = None
    sessions: wire.SessionList | None = None
    tokens: wire.AccessTokenList | None = None
    deploy_tokens: wire.AccessTokenList | None = None
    members: wire.MemberList | None = None
    settings: wire.ProjectSettings | None = None
    namespaces: wire.NamespaceList | None = None
    group: wire.GroupItem | None = None
    groups: wire.GroupItemList | None = None
    events: wire.AuditEventList | None = None
    accounts: wire.AccountList | None = None
    instance: wire_instance.InstanceSettings | None = None
    visibilities: wire_instance.VisibilityRules | None = None
    publishers: wire_ci.PublisherList | None = None
    package_settings: wire_packages.PackageSettings | None = None
    retention: Rule | None = None
