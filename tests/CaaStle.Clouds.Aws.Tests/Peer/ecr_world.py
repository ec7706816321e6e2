"""ECR in front of a real registry: what is pushed there is what the API tells of, and what it deletes is deleted there."""
import base64
import datetime
import json
import time
import urllib.error
import urllib.request

from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend, Image
from moto.ecr.responses import ECRResponse

USER = "AWS"
PASSWORD = "pull-me-not-a-secret"
KINDS = ", ".join(["application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"])
HOURS = 12

REGISTRY = None
# Accounts whose tokens the registry does not take.
LOCKED_OUT = set()


def start(address):
    global REGISTRY
    REGISTRY = address


def ask(path, method="GET"):
    """What the registry answers; nothing where it does not have it."""
    request = urllib.request.Request(f"http://{REGISTRY}/v2/{path}", method=method, headers={"Accept": KINDS,
        "Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read(), answer.headers
    except urllib.error.HTTPError as refused:
        if refused.code == 404:
            return None
        raise


def is_missing(image):
    """Whether a task cannot have it."""
    if REGISTRY is None or not image.startswith(f"{REGISTRY}/"):
        return False
    name, _, digest = image.removeprefix(f"{REGISTRY}/").partition("@")
    return ask(f"{name}/manifests/{digest}", "HEAD") is None


def look(backend, name):
    """Takes over what the registry has of the repository."""
    repository = backend.repositories.get(name)
    if repository is None:
        return
    listed = ask(f"{name}/tags/list")
    known = {}
    for tag in (json.loads(listed[0])["tags"] or []) if listed else []:
        manifest = ask(f"{name}/manifests/{tag}")
        if manifest is None:
            continue
        digest = manifest[1]["Docker-Content-Digest"]
        if digest in known:
            known[digest].update_tag(tag)
        else:
            known[digest] = Image(backend.account_id, tag, manifest[0].decode(), name, manifest[1]["Content-Type"], digest)
    repository.images = list(known.values())


def wrap(method):
    original = getattr(ECRBackend, method)

    def wrapped(self, repository_name, *args, **kwargs):
        if REGISTRY is not None:
            look(self, repository_name)
        return original(self, repository_name, *args, **kwargs)

    setattr(ECRBackend, method, wrapped)


for each in ("describe_images", "list_images"):
    wrap(each)

original_create = ECRBackend.create_repository


def create_repository(self, repository_name, *args, **kwargs):
    repository = original_create(self, repository_name, *args, **kwargs)
    if REGISTRY is not None:
        repository.uri = f"{REGISTRY}/{repository_name}"
    return repository


original_delete = ECRBackend.batch_delete_image


def batch_delete_image(self, repository_name, registry_id=None, image_ids=None):
    if REGISTRY is None:
        return original_delete(self, repository_name, registry_id, image_ids)
    look(self, repository_name)
    repository = self._get_repository(repository_name, registry_id)
    digests = {each.get("imageDigest") or image.image_digest for each in image_ids for image in repository.images
        if each.get("imageTag") in image.image_tags or each.get("imageDigest") == image.image_digest}
    for digest in digests:
        ask(f"{repository_name}/manifests/{digest}", "DELETE")
    look(self, repository_name)
    return {"imageIds": [{"imageDigest": digest} for digest in digests], "failures": []}


original_repository_delete = ECRBackend.delete_repository


def delete_repository(self, repository_name, registry_id=None, force=False):
    if REGISTRY is not None and force and repository_name in self.repositories:
        look(self, repository_name)
        for image in self.repositories[repository_name].images:
            ask(f"{repository_name}/manifests/{image.image_digest}", "DELETE")
    return original_repository_delete(self, repository_name, registry_id, force)


ECRBackend.create_repository = create_repository
ECRBackend.batch_delete_image = batch_delete_image
ECRBackend.delete_repository = delete_repository


def get_authorization_token(self):
    password = "expired" if self.current_account in LOCKED_OUT else PASSWORD
    expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=HOURS)
    return ActionResult({"authorizationData": [{
        "authorizationToken": base64.b64encode(f"{USER}:{password}".encode()).decode(),
        "expiresAt": time.mktime(expiry.timetuple()),
        "proxyEndpoint": f"http://{REGISTRY}",
    }]})


ECRResponse.get_authorization_token = get_authorization_token
