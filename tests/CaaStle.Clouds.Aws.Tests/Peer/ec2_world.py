"""Machines of EC2 that groups start and that register in clusters, which moto's do not: they boot, end, and sometimes there are none."""
import base64
import re
import threading
import time

from moto.autoscaling import models as autoscaling
from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import AutoScalingBackend, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

import ecs_world
import world

TICK = 0.05
BOOT = 60
GONE = 30
PAGE = 2
SPEED = 1.0
MACHINE_POLICY = "AmazonEC2ContainerServiceforEC2Role"
BORN = {}
# A group is made larger and smaller by requests and by what goes on, but never by two at once.
SIZING = threading.RLock()
# By account: why it gets no machines, and how often it is told so.
SHORTAGES = {}
# Accounts whose machines run, but cannot reach ECS.
MUTE = set()

# ---- Groups


def note(group, status, message):
    """What the group has tried, newest first."""
    activities = group.__dict__.setdefault("activities", [])
    activities.insert(0, {
        "ActivityId": f"{group.name}-{len(activities)}", "AutoScalingGroupName": group.name, "StartTime": utcnow(), "EndTime": utcnow(),
        "Cause": "a difference between desired and actual capacity", "Description": "Launching a new EC2 instance.", "Progress": 100,
        "StatusCode": status, "StatusMessage": message,
    })


original_launch = autoscaling.FakeAutoScalingGroup.replace_autoscaling_group_instances


def launch(self, count_needed, propagated_tags):
    shortage = SHORTAGES.get(self.account_id)
    if shortage and shortage["times"] > 0:
        shortage["times"] -= 1
        note(self, "Failed", shortage["message"])
        return
    original_launch(self, count_needed, propagated_tags)
    note(self, "Successful", None)


autoscaling.FakeAutoScalingGroup.replace_autoscaling_group_instances = launch


original_capacity = autoscaling.FakeAutoScalingGroup.set_desired_capacity


def set_desired_capacity(self, new_capacity):
    with SIZING:
        in_service, wanted = self.active_instances(), self.min_size if new_capacity is None else new_capacity
        if wanted < len(in_service) and not getattr(self, "status", None) and is_drained_first(self):
            for state in in_service[wanted:]:
                state.lifecycle_state = "Terminating:Wait"
            self.desired_capacity = wanted
            return
        original_capacity(self, new_capacity)


def is_drained_first(group):
    providers = ecs_backends[group.account_id][group.region].capacity_providers.values()
    return any(provider.auto_scaling_group_provider["autoScalingGroupArn"] == group.arn
        and provider.auto_scaling_group_provider["managedDraining"] == "ENABLED" for provider in providers)


autoscaling.FakeAutoScalingGroup.set_desired_capacity = set_desired_capacity


def group_is_new(self, name, *args, **kwargs):
    if name in self.autoscaling_groups:
        raise AutoscalingClientError("AlreadyExists", f"AutoScalingGroup by this name already exists - {name}")


world.before(AutoScalingBackend, "create_auto_scaling_group", group_is_new)


def describe_scaling_activities(self):
    group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
    return ActionResult({"Activities": getattr(group, "activities", [])[:self._get_int_param("MaxRecords", 100)]})


def delete_auto_scaling_group(self):
    name, backend = self._get_param("AutoScalingGroupName"), self.autoscaling_backend
    group = backend.autoscaling_groups.get(name)
    if group is not None:
        if group.instance_states and not self._get_bool_param("ForceDelete"):
            raise AutoscalingClientError("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances still in the group.")
        if getattr(group, "status", None):
            raise AutoscalingClientError("ScalingActivityInProgress", "The group is being deleted already.")
        group.status = "Delete in progress"
        for state in group.instance_states:
            state.lifecycle_state = "InService"
        group.min_size = 0
        backend.set_desired_capacity(name, 0)
        world.later(GONE / SPEED, lambda: backend.autoscaling_groups.pop(name, None))
        return EmptyResult()
    backend.delete_auto_scaling_group(name)
    return EmptyResult()


AutoScalingResponse.describe_scaling_activities = describe_scaling_activities
AutoScalingResponse.delete_auto_scaling_group = delete_auto_scaling_group

# ---- Capacity providers


def provider_is_new(self, name, *args, **kwargs):
    if re.match("aws|ecs|fargate", name):
        raise world.Refused("ClientException", "The capacity provider name must not begin with aws, ecs or fargate.")
    if name in self.capacity_providers:
        raise world.Refused("ClientException", f"The specified capacity provider {name} already exists.")


def provider_is_free(self, name_or_arn):
    if name_or_arn not in self.capacity_providers:
        raise world.Refused("InvalidParameterException", "The specified capacity provider does not exist.")
    if any(cluster.status == "ACTIVE" and name_or_arn in (cluster.capacity_providers or []) for cluster in self.clusters.values()):
        raise world.Refused("ResourceInUseException", "The specified capacity provider is associated with a cluster.")


world.before(EC2ContainerServiceBackend, "create_capacity_provider", provider_is_new)
world.before(EC2ContainerServiceBackend, "delete_capacity_provider", provider_is_free)

original_resources = ResourceGroupsTaggingAPIBackend._get_resources_generator


def resources(self, tag_filters=None, resource_type_filters=None):
    yield from original_resources(self, tag_filters=tag_filters, resource_type_filters=resource_type_filters)
    wanted = {each["Key"]: each.get("Values", []) for each in tag_filters or []}
    account, region = self.account_id, self.region_name
    found = [(one.capacity_provider_arn, {each["key"]: each["value"] for each in one.tags or []})
        for one in ecs_backends[account][region].capacity_providers.values()]
    found += [(f"arn:aws:ec2:{region}:{account}:key-pair/{one.id}", {each["key"]: each["value"] for each in one.get_tags()})
        for one in ec2_backends[account][region].key_pairs.values()]
    for arn, tags in found:
        if all(key in tags and (not values or tags[key] in values) for key, values in wanted.items()):
            yield {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


ResourceGroupsTaggingAPIBackend._get_resources_generator = resources


def list_instance_profiles(self):
    prefix = self._get_param("PathPrefix", "/")
    return ActionResult({"InstanceProfiles": [one for one in self.backend.get_instance_profiles() if one.path.startswith(prefix)]})


IamResponse.list_instance_profiles = list_instance_profiles

original_machines = EC2ContainerServiceBackend.describe_container_instances


def describe_container_instances(self, cluster_str, list_container_instance_ids):
    found, failures = original_machines(self, cluster_str, list_container_instance_ids)
    for machine in found:
        tasks = ecs_world.tasks_on(self, machine.cluster_name, machine)
        machine.running_tasks_count = sum(task.last_status == "RUNNING" for task in tasks)
        machine.pending_tasks_count = len(tasks) - machine.running_tasks_count
    return found, failures


def list_container_instances(self):
    """Page by page."""
    cluster, status = self._get_param("cluster", "default"), self._get_param("status")
    found = sorted(one.container_instance_arn for one in list(self.ecs_backend.container_instances.get(cluster, {}).values())
        if status in (None, one.status))
    first, most = int(self._get_param("nextToken", 0)), min(self._get_param("maxResults", 100), PAGE)
    return ActionResult({"containerInstanceArns": found[first:first + most], "nextToken": str(first + most) if found[first + most:] else None})


EC2ContainerServiceBackend.describe_container_instances = describe_container_instances
EC2ContainerServiceResponse.list_container_instances = list_container_instances

# ---- The life of machines


def cluster_of(group):
    text = str(group.user_data or "")
    try:
        text = base64.b64decode(text, validate=True).decode()
    except ValueError:
        pass
    named = re.search(r"ECS_CLUSTER=(\S+)", text)
    return named and named[1]


def may_register(account, group):
    """Whether the machines have the role that the agent on them needs."""
    version = group.ec2_launch_template.get_version(group.launch_template_version)
    name = (version.data.get("IamInstanceProfile") or {}).get("Name")
    profiles = [one for backend in iam_backends[account].values() for one in backend.instance_profiles.values() if one.name == name]
    return any(MACHINE_POLICY in arn for one in profiles for role in one.roles for arn in role.managed_policies)


def tick_group(account, region, group):
    if getattr(group, "status", None):
        return
    if len(group.active_instances()) < (group.desired_capacity or 0):
        group.set_desired_capacity(group.desired_capacity)
    ecs = ecs_backends[account][region]
    cluster = cluster_of(group)
    if cluster not in ecs.clusters or not may_register(account, group):
        return
    known = {one.ec2_instance_id: one for one in ecs.container_instances.get(cluster, {}).values()}
    for state in list(group.instance_states):
        machine = state.instance.id
        if state.lifecycle_state != "InService":
            end_when_drained(ecs, cluster, group, state, known.get(machine))
        elif account not in MUTE and machine not in known and time.monotonic() - BORN.setdefault(machine, time.monotonic()) >= BOOT / SPEED:
            ecs.register_container_instance(cluster, machine)


def end_when_drained(ecs, cluster, group, state, machine):
    """What ECS does to a machine that its group takes out."""
    if machine is not None:
        machine.status = "DRAINING"
        if ecs_world.tasks_on(ecs, cluster, machine):
            return
    with SIZING:
        group.autoscaling_backend.ec2_backend.terminate_instances([state.instance.id])
        group.instance_states.remove(state)


def tick_clusters(account, region, ecs):
    """Machines that have ended leave the cluster, and with them what ran there."""
    ec2 = ec2_backends[account][region]
    gone = {one.id for one in ec2.all_instances() if one.state in ("terminated", "shutting-down")}
    if not gone:
        return
    for cluster, instances in list(ecs.container_instances.items()):
        for key, instance in list(instances.items()):
            if instance.ec2_instance_id in gone and instance.agent_connected:
                ecs_world.lose_machine(ecs, cluster, instance)
                instances.pop(key)
    for key, interface in list(ec2.enis.items()):
        if interface.instance is not None and interface.instance.id in gone:
            ec2.enis.pop(key, None)


def run():
    while True:
        for account, regions in world.lively(autoscaling_backends):
            for region, backend in list(regions.items()):
                for group in list(backend.autoscaling_groups.values()):
                    attempt(group.name, lambda: tick_group(account, region, group))
        for account, regions in world.lively(ecs_backends):
            for region, backend in list(regions.items()):
                if backend.clusters:
                    attempt(account, lambda: tick_clusters(account, region, backend))
        time.sleep(TICK)


def end_all(account):
    """All machines die, and their groups make others."""
    for backend in autoscaling_backends[account].values():
        for group in backend.autoscaling_groups.values():
            with SIZING:
                backend.ec2_backend.terminate_instances([state.instance.id for state in group.instance_states])
                group.instance_states.clear()


def disconnect(account):
    """The agents on the machines lose their connections: what ends after that is not noticed."""
    for backend in ecs_backends[account].values():
        for instances in backend.container_instances.values():
            for instance in instances.values():
                instance.agent_connected = False


def attempt(what, action):
    try:
        action()
    except Exception as failure:
        print(f"{what}: {failure!r}", flush=True)


def start(speed):
    global SPEED
    SPEED = speed
    threading.Thread(target=run, daemon=True).start()
