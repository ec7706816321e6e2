"""VPCs as AWS has them and moto does not: what is in use cannot be deleted, an account may have no default one, a new one is seen late."""
import time

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.elbv2.models import elbv2_backends
from moto.rds.models import rds_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

import world

# How long an account's questions will not show the next VPC that it makes, in seconds.
LATE = {}
SEEN_FROM = {}


def violation(what):
    raise EC2ClientError("DependencyViolation", f"{what} has dependencies and cannot be deleted.")


def vpc_is_free(self, vpc_id):
    if any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in self.internet_gateways.values()):
        violation(f"The vpc '{vpc_id}'")
    if any(group.name != "default" for group in self.groups.get(vpc_id, {}).values()):
        violation(f"The vpc '{vpc_id}'")


def subnet_is_free(self, subnet_id):
    account, region = self.account_id, self.region_name
    balancers = elbv2_backends[account][region].load_balancers.values()
    databases = rds_backends[account][region].databases.values()
    if any(subnet_id in [subnet.id for subnet in balancer.subnets] for balancer in balancers):
        violation(f"The subnet '{subnet_id}'")
    if any(one.db_subnet_group and subnet_id in [subnet.id for subnet in one.db_subnet_group.subnets] for one in databases):
        violation(f"The subnet '{subnet_id}'")
    if any(one.subnet.id == subnet_id and one.status == "in-use" for one in self.enis.values()):
        violation(f"The subnet '{subnet_id}'")


def addresses_are_free(self, internet_gateway_id, vpc_id):
    if any(balancer.vpc_id == vpc_id for balancer in elbv2_backends[self.account_id][self.region_name].load_balancers.values()):
        raise EC2ClientError("DependencyViolation", f"Network {vpc_id} has some mapped public address(es).")


world.before(EC2Backend, "delete_vpc", vpc_is_free)
world.before(EC2Backend, "delete_subnet", subnet_is_free)
world.before(EC2Backend, "detach_internet_gateway", addresses_are_free)

original_create = EC2Backend.create_vpc
original_describe = EC2Backend.describe_vpcs


def create_vpc(self, *args, **kwargs):
    vpc = original_create(self, *args, **kwargs)
    if not vpc.is_default:
        SEEN_FROM[vpc.id] = time.monotonic() + LATE.pop(self.account_id, 0)
    return vpc


def describe_vpcs(self, vpc_ids=None, filters=None):
    return [vpc for vpc in original_describe(self, vpc_ids, filters) if time.monotonic() >= SEEN_FROM.get(vpc.id, 0)]


EC2Backend.create_vpc = create_vpc
EC2Backend.describe_vpcs = describe_vpcs

original_resources = ResourceGroupsTaggingAPIBackend._get_resources_generator


def resources(self, tag_filters=None, resource_type_filters=None):
    listed = set()
    for resource in original_resources(self, tag_filters=tag_filters, resource_type_filters=resource_type_filters):
        listed.add(resource["ResourceARN"])
        yield resource
    wanted = {each["Key"]: each.get("Values", []) for each in tag_filters or []}
    backend = ec2_backends[self.account_id][self.region_name]
    parts = [("vpc", one) for one in backend.vpcs.values()]
    parts += [("subnet", one) for zone in backend.subnets.values() for one in zone.values()]
    parts += [("internet-gateway", one) for one in backend.internet_gateways.values()]
    for kind, part in parts:
        arn = f"arn:aws:ec2:{self.region_name}:{self.account_id}:{kind}/{part.id}"
        tags = {each["key"]: each["value"] for each in part.get_tags()}
        if arn not in listed and all(key in tags and (not values or tags[key] in values) for key, values in wanted.items()):
            yield {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


ResourceGroupsTaggingAPIBackend._get_resources_generator = resources


def remove_default(account, region):
    backend = ec2_backends[account][region]
    for vpc in [vpc for vpc in backend.vpcs.values() if vpc.is_default]:
        for zone in backend.subnets.values():
            for subnet in [subnet for subnet in zone.values() if subnet.vpc_id == vpc.id]:
                zone.pop(subnet.id)
        backend.delete_vpc(vpc.id)


def contents(account):
    for region in list(ec2_backends[account]):
        backend = ec2_backends[account][region]
        own = [vpc.id for vpc in backend.vpcs.values() if not vpc.is_default]
        yield from (f"vpc {vpc}" for vpc in own)
        yield from (f"subnet {one.id}" for zone in backend.subnets.values() for one in zone.values() if one.vpc_id in own)
        yield from (f"internet-gateway {one}" for one in backend.internet_gateways)
        yield from (f"route-table {one.id}" for one in backend.route_tables.values() if one.vpc_id not in backend.vpcs)


world.CONTENTS.append(contents)
world.CHANGES["no_default_vpc"] = remove_default
world.CHANGES["next_vpc_late_by"] = LATE.__setitem__
world.CHANGES["vpcs_are_seen"] = lambda account, region: [SEEN_FROM.pop(vpc, None) for vpc in ec2_backends[account][region].vpcs]
