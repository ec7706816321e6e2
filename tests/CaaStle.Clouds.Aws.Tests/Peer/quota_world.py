"""How much an account may have. moto does not tell of databases, and says the same of load balancers to all."""
from moto.core.responses import ActionResult
from moto.elbv2.responses import ELBV2Response
from moto.rds.responses import RDSResponse

import world

DATABASES = {}
BALANCERS = {}


def describe_account_attributes(self):
    quota = {"AccountQuotaName": "DBInstances", "Used": len(self.backend.databases), "Max": DATABASES.get(self.current_account, 40)}
    return ActionResult({"AccountQuotas": [{"AccountQuotaName": "ReservedDBInstances", "Used": 0, "Max": 40}, quota]})


def describe_account_limits(self):
    limits = {"target-groups": 3000, "application-load-balancers": BALANCERS.get(self.current_account, 50)}
    return ActionResult({"Limits": [{"Name": name, "Max": most} for name, most in limits.items()]})


RDSResponse.describe_account_attributes = describe_account_attributes
ELBV2Response.describe_account_limits = describe_account_limits
world.CHANGES["most_databases"] = DATABASES.__setitem__
world.CHANGES["most_load_balancers"] = BALANCERS.__setitem__
