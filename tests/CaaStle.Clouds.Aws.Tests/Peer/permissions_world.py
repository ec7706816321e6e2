"""Accounts whose calls must be signed well and allowed by a policy, as with AWS. moto checks that by itself for all or none."""
import re
import threading
import urllib.parse

from moto.core.exceptions import AccessDeniedError
from moto.core.responses import ActionAuthenticatorMixin, ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse
from moto.sts.models import STSBackend

import world

# What each checked account's keys may do.
POLICIES = {}

# The prefixes of actions that are not the names by which calls are signed.
PREFIXES = {"tagging": "tag"}

# The conditions on which each account may do something, and which a call has to tell, by actions.
OPEN = {}

PAGE = 20

# Who has the keys of an account, where it is not a session of a role.
CALLERS = {}

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
        if decision(self.current_account, action, on) != "allowed":
            raise AccessDeniedError(user_arn=f"arn:aws:sts::{self.current_account}:assumed-role/tests/tests", action=f"{action} on {on}")


def arn_of_role(account, name, path):
    roles = iam_backends[account]["aws"].roles.values()
    return next((role.arn for role in roles if role.name == name), f"arn:aws:iam::{account}:role{path}{name}")


def arn_of_profile(account, name, path):
    profiles = iam_backends[account]["aws"].instance_profiles.values()
    return next((profile.arn for profile in profiles if profile.name == name), f"arn:aws:iam::{account}:instance-profile{path}{name}")


def decision(account, action, resource):
    if account not in POLICIES:
        return "allowed"
    return {PermissionResult.PERMITTED: "allowed", PermissionResult.DENIED: "explicitDeny", PermissionResult.NEUTRAL: "implicitDeny"}[
        POLICIES[account].is_action_permitted(action, resource)]


def simulate_principal_policy(self):
    """Of who has the keys of the account; the role of them is there though nobody has made it. Answers in small pages."""
    account = self.current_account
    source = self._get_param("PolicySourceArn")
    if source != CALLERS.get(account, arn_of_role(account, "tests", "/")):
        raise NotFoundException(f"{source} does not exist")
    actions = sorted(self._get_param("ActionNames"))
    [resource] = self._get_param("ResourceArns", ["*"])
    start = int(self._get_param("Marker", "0"))
    end = start + PAGE
    results = [
        {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision(account, action, resource),
            "MissingContextValues": OPEN.get(account, {}).get(action, [])}
        for action in actions[start:end]]
    more = {"IsTruncated": True, "Marker": str(end)} if end < len(actions) else {"IsTruncated": False}
    return ActionResult({"EvaluationResults": results} | more)


identify = STSBackend.get_caller_identity


def get_caller_identity(self, access_key_id, region):
    user_id, arn, account = identify(self, access_key_id, region)
    return user_id, CALLERS.get(account, arn), account


STSBackend.get_caller_identity = get_caller_identity
IamResponse.simulate_principal_policy = simulate_principal_policy
ActionAuthenticatorMixin._authenticate_and_authorize_action = authenticate


def restrict(account, policy):
    POLICIES[account] = IAMPolicy(policy)


def put_role(account, path):
    iam_backends[account]["aws"].create_role(
        role_name="tests", assume_role_policy_document="{}", path=path, permissions_boundary=None, description="", tags=[],
        max_session_duration="3600")


world.CHANGES["policy"] = restrict
world.CHANGES["caller"] = CALLERS.__setitem__
world.CHANGES["role_path"] = put_role
world.CHANGES["conditions"] = OPEN.__setitem__
