"""Makes the same environment and application on one imitation of AWS by cld, by CloudFormation's CLI and by a script; prints the table.

    python3 measure.py SPEED LATENCY_MS
"""
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
SPEED, LATENCY = float(sys.argv[1]), float(sys.argv[2])
REGION = "us-west-2"
WORK = tempfile.mkdtemp(prefix="bench-aws-")
JOURNAL = os.path.join(WORK, "journal")

# Until available, in the peer's world: a database, then a task and its health. The load balancer is ready meanwhile.
WAITS = 300 + 20 + 15
# One after the other before and between: who it is, VPC, subnets, subnet group or security groups with their rule (2), database; the
# database seen; task definition, service, both seen steady.
CHAIN = 4 + 2 + 1 + 1 + 4


def start_peer():
    port_file = os.path.join(WORK, "port")
    arguments = [os.path.join(HERE, "peer.py"), JOURNAL, str(LATENCY), port_file, "--speed", str(SPEED)]
    peer = subprocess.Popen([sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    while not os.path.exists(port_file):
        if peer.poll() is not None:
            sys.exit("the imitation of AWS ended: is moto here?")
        time.sleep(0.05)
    return peer, f"http://127.0.0.1:{open(port_file).read()}"


def account(url, number):
    """The environment variables of somebody in an account of its own."""
    body = urllib.parse.urlencode({
        "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": f"arn:aws:iam::{number}:role/bench", "RoleSessionName": "bench"})
    request = urllib.request.Request(url, body.encode(), {"Authorization":
        "AWS4-HMAC-SHA256 Credential=AKIABENCH/20300101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0"})
    answer = urllib.request.urlopen(request).read().decode()
    found = {name: re.search(f"<{name}>([^<]+)<", answer)[1] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    return os.environ | {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"], "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": url,
        "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_PAGER": "", "HOME": WORK,
        "CLD_HOME": os.path.join(WORK, "home"), "CLD_PORT": "0", "CLD_YES": "1"}


def run(env, *commands):
    for command in commands:
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: {done.stdout}{done.stderr}")


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def server_time():
    """What cld's server has used: it is nobody's child."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/environ") as file:
                if f"CLD_HOME={WORK}/home" not in file.read():
                    continue
            with open(f"/proc/{process}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            pass
    return 0.0


def calls(env):
    """Changes, reads, and polls: the same read again."""
    changes, reads, polls, seen = 0, 0, 0, set()
    for line in open(JOURNAL):
        call = json.loads(line)
        if call["key"] != env["AWS_ACCESS_KEY_ID"]:
            continue
        if not call["operation"].startswith(("Describe", "Get", "List", "Simulate")):
            changes += 1
        elif (call["operation"], call["asked"]) in seen:
            polls += 1
        else:
            reads += 1
            seen.add((call["operation"], call["asked"]))
    return changes, reads, polls


def measure(name, env, action):
    print(f"==> {name}", file=sys.stderr, flush=True)
    began, used = time.monotonic(), processor_time()
    action(env)
    wall, used = time.monotonic() - began, processor_time() - used + server_time()
    return name, wall, used, *calls(env)


def by_cld(env):
    cld = os.path.join(ROOT, "bin/cld")
    run(
        env,
        [cld, "env", "create", "bench", os.path.join(HERE, "environment.yaml"), "--progress", "quiet"],
        [cld, "app", "deploy", "shop", "bench", os.path.join(HERE, "application.yaml"), "--progress", "quiet"])


def by_stack(env):
    def ask(*what):
        return json.loads(subprocess.run(["aws", "ec2", *what, "--output", "json"], env=env, capture_output=True, check=True).stdout)

    vpc = ask("describe-vpcs", "--filters", "Name=is-default,Values=true")["Vpcs"][0]["VpcId"]
    subnets = ask("describe-subnets", "--filters", f"Name=vpc-id,Values={vpc}")["Subnets"]
    run(env, [
        "aws", "cloudformation", "deploy", "--stack-name", "bench", "--template-file", os.path.join(HERE, "template.yaml"),
        "--capabilities", "CAPABILITY_IAM", "--parameter-overrides", f"Vpc={vpc}", "Subnets=" + ",".join(each["SubnetId"] for each in subnets)])


def by_script(env):
    run(env, [sys.executable, os.path.join(HERE, "sequential.py"), str(SPEED)])


def main():
    peer, url = start_peer()
    try:
        results = []
        for number, (name, action) in enumerate((
            ("`cld`", by_cld), ("`aws cloudformation deploy`", by_stack), ("a script of boto3, one call after the other", by_script))):
            env = account(url, f"99900000000{number}")
            results.append(measure(name, env, action))
            if action is by_cld:
                run(env, [os.path.join(ROOT, "bin/cld"), "server", "stop"])
    finally:
        peer.stdin.close()
        peer.wait()
        shutil.rmtree(WORK, ignore_errors=True)

    least = WAITS / SPEED + CHAIN * LATENCY / 1000
    print("| by | wall | processor | changing calls | reads | polls |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, wall, used, changes, reads, polls in results:
        print(f"| {name} | {wall:.1f} s | {used:.1f} s | {changes} | {reads} | {polls} |")
    (_, wall, _, changes, reads, _), stack, script = results
    needed = script[3] + script[4]

    def row(what, measured, against, ratio, goal, met):
        print(f"| {what} | {measured} | {against} | {ratio} | {goal} | {'yes' if met else '**no**'} |")

    print("\n| what | measured | against | | goal | met |\n| --- | ---: | ---: | ---: | ---: | --- |")
    row("wall time / the longest chain", f"{wall:.1f} s", f"{least:.1f} s", f"{wall / least:.2f}", "1.02", wall <= 1.02 * least)
    row("wall time / CloudFormation's", f"{wall:.1f} s", f"{stack[1]:.1f} s", f"{wall / stack[1]:.2f}", "1", wall <= stack[1])
    row("wall time / the script's", f"{wall:.1f} s", f"{script[1]:.1f} s", f"{wall / script[1]:.2f}", "1", wall <= script[1])
    made = changes + reads
    row("calls without polls / the script's, which reads nothing before it creates", made, needed, f"{made / needed:.2f}", "1.1",
        made <= 1.1 * needed)


main()
