"""Accounts whose calls must be signed well and allowed by a policy, as with AWS. moto checks that by itself for all or none."""
import re
import threading
import urllib.parse

from moto.core.exceptions import AccessDeniedError
from moto.core.responses import ActionAuthenticatorMixin
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends

import world

# What each checked account's keys may do.
POLICIES = {}

# The prefixes of actions that are not the names by which calls are signed.
PREFIXES = {"tagging": "tag"}

# What the call that this thread answers had to be allowed.
CALL = threading.local()


def authenticate(self, request_class, resource="*"):
    policy = POLICIES.get(self.current_account)
    if policy is None:
        return
    url = urllib.parse.urlparse(self.uri)
    request = request_class(
        account_id=self.current_account, method=self.method, path=f"{url.path}?{url.query}" if url.query else url.path, data=self.data,
        body=self.raw_body, headers=self.headers, action=self._get_action())
    request.check_signature()
    service, operation = request._action.split(":")
    if operation == "GetCallerIdentity":
        return
    path = self.querystring.get("Path", ["/"])[0]
    role = self.querystring.get("RoleName", [None])[0]
    profile = self.querystring.get("InstanceProfileName", [None])[0]
    if service == "iam" and profile:
        resource = arn_of_profile(self.current_account, profile, path)
    elif service == "iam" and role:
        resource = arn_of_role(self.current_account, role, path)
    needed = [(f"{PREFIXES.get(service, service)}:{operation}", resource)]
    if operation == "AddRoleToInstanceProfile":
        needed.append(("iam:PassRole", arn_of_role(self.current_account, role, path)))
    if service != "iam":
        body = urllib.parse.unquote((self.raw_body or b"").decode(errors="replace"))
        needed += [("iam:PassRole", arn) for arn in set(re.findall(r"arn:aws:iam::\d+:role/[\w+=,.@/-]+", body))]
    CALL.actions = [action for action, _ in needed]
    for action, on in needed:
        if policy.is_action_permitted(action, on) != PermissionResult.PERMITTED:
            raise AccessDeniedError(user_arn=f"arn:aws:sts::{self.current_account}:assumed-role/tests/tests", action=f"{action} on {on}")


def arn_of_role(account, name, path):
    roles = iam_backends[account]["aws"].roles.values()
    return next((role.arn for role in roles if role.name == name), f"arn:aws:iam::{account}:role{path}{name}")


def arn_of_profile(account, name, path):
    profiles = iam_backends[account]["aws"].instance_profiles.values()
    return next((profile.arn for profile in profiles if profile.name == name), f"arn:aws:iam::{account}:instance-profile{path}{name}")


ActionAuthenticatorMixin._authenticate_and_authorize_action = authenticate


def restrict(account, policy):
    POLICIES[account] = IAMPolicy(policy)


world.CHANGES["policy"] = restrict
