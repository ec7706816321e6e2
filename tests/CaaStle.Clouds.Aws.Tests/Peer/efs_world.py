"""File systems of EFS that take their time to be made and to go, and whose tokens count."""
from moto.core.exceptions import JsonRESTError
from moto.efs.models import EFSBackend, FileSystem, MountTarget, efs_backends

import world

world.DELAYS |= {"files": 5, "target": 90}


class Conflict(JsonRESTError):
    code = 409


world.takes_time(FileSystem, "life_cycle_state", "creating", "available", "files")
world.takes_time(MountTarget, "life_cycle_state", "creating", "available", "target")


def info(original, attribute):
    return lambda self: original(self) | {"LifeCycleState": getattr(self, attribute)}


FileSystem.info_json = info(FileSystem.info_json, "life_cycle_state")
MountTarget.info_json = info(MountTarget.info_json, "life_cycle_state")
original_target = EFSBackend.create_mount_target


def create_mount_target(self, file_system_id, *args, **kwargs):
    files = self.file_systems_by_id.get(file_system_id)
    if files is not None and files.life_cycle_state != "available":
        raise Conflict("IncorrectFileSystemLifeCycleState", f"File system '{file_system_id}' is not available.")
    return original_target(self, file_system_id, *args, **kwargs)


def access_point_is_new(self, client_token, *args, **kwargs):
    if any(point.client_token == client_token for point in self.access_points.values()):
        raise Conflict("AccessPointAlreadyExists", f"Access point with client token {client_token} already exists.")


def delete_mount_target(self, mount_target_id):
    target = self.mount_targets_by_id.get(mount_target_id)
    if target is None or target.life_cycle_state == "deleting":
        return original_delete(self, mount_target_id)
    target._life_cycle_state = ("deleting", 0.0)
    world.later(world.delay("gone"), lambda: original_delete(self, mount_target_id))


original_delete = EFSBackend.delete_mount_target
original_delete_files = EFSBackend.delete_file_system


def delete_file_system(self, file_system_id):
    original_delete_files(self, file_system_id)
    for point in [each for each in self.access_points.values() if each.file_system_id == file_system_id]:
        self.access_points.pop(point.access_point_id)


EFSBackend.create_mount_target = create_mount_target
EFSBackend.delete_mount_target = delete_mount_target
EFSBackend.delete_file_system = delete_file_system
world.before(EFSBackend, "create_access_point", access_point_is_new)
original_contents = world.contents


def contents(account):
    found = original_contents(account)
    for backend in list(efs_backends[account].values()):
        found += [f"file-system {each.creation_token}" for each in backend.file_systems_by_id.values()]
        found += [f"access-point {each.client_token}" for each in backend.access_points.values()]
        found += [f"mount-target {each.subnet_id}" for each in backend.mount_targets_by_id.values()]
    return sorted(found)


world.contents = contents
