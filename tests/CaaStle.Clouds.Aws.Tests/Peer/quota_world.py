"""How much an account may have. moto does not tell of databases, and says the same of all else to all."""
import json

from moto.core.responses import ActionResult
from moto.elbv2.responses import ELBV2Response
from moto.rds.responses import RDSResponse
from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.responses import ServiceQuotasResponse

import world

DATABASES = {}

# By the types of load balancers.
BALANCERS = {}

# What was agreed on with each account, and what holds for it otherwise, by the codes of quotas.
AGREED = {}
STANDARD = {}


def describe_account_attributes(self):
    quota = {"AccountQuotaName": "DBInstances", "Used": len(self.backend.databases), "Max": DATABASES.get(self.current_account, 40)}
    return ActionResult({"AccountQuotas": [{"AccountQuotaName": "ReservedDBInstances", "Used": 0, "Max": 40}, quota]})


def describe_account_limits(self):
    most = BALANCERS.get(self.current_account, {})
    limits = {"target-groups": 3000} | {f"{kind}-load-balancers": most.get(kind, 50) for kind in ("application", "network")}
    return ActionResult({"Limits": [{"Name": name, "Max": most} for name, most in limits.items()]})


def get_service_quota(self):
    return answer(AGREED, self, None)


def get_aws_default_service_quota(self):
    return answer(STANDARD, self, 1000)


def answer(quotas, call, otherwise):
    asked = json.loads(call.body)
    value = quotas.get(call.current_account, {}).get(asked["QuotaCode"], otherwise)
    if value is None:
        raise NoSuchResource
    return json.dumps({"Quota": asked | {"Value": float(value)}})


RDSResponse.describe_account_attributes = describe_account_attributes
ELBV2Response.describe_account_limits = describe_account_limits
ServiceQuotasResponse.get_service_quota = get_service_quota
ServiceQuotasResponse.get_aws_default_service_quota = get_aws_default_service_quota
world.CHANGES["most_databases"] = DATABASES.__setitem__
world.CHANGES["most_load_balancers"] = BALANCERS.__setitem__
world.CHANGES["agreed_quotas"] = AGREED.__setitem__
world.CHANGES["standard_quotas"] = STANDARD.__setitem__
