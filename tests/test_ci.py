# SPDX-License-Identifier: BSD-2-Clause
"""docs/ci: each command in a clean clone; the LAVA job's patterns against a boot."""

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml

import pytest
import yaml

import harness

CI = harness.TOP / "docs" / "ci"


def clean_clone(path):
    """The files of the working tree that git knows or would add, as a repository."""
    path.mkdir()
    git = ["git", "-C", harness.TOP, "ls-files", "-z", "-c", "-o", "--exclude-standard"]
    for name in subprocess.run(git, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (harness.TOP / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(harness.TOP / name, path / name)
    for command in (["init", "-q"], ["add", "-A"],
                    ["-c", "user.name=t", "-c", "user.email=t", "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", path, *command], check=True)


@pytest.fixture
def runner(tmp_path):
    """A kernel's repository on a CI machine: runner(lines) runs them as a script."""
    clean_clone(tmp_path / "origin")
    work = tmp_path / "work"
    (work / "boot").mkdir(parents=True)
    shutil.copy(harness.VMLINUZ, work / "boot" / "zImage")

    def run(lines):
        # As a CI system does: one shell that stops at the first error. This machine has what
        # apt-get would install, and DEPS has the packages of "make deps".
        lines = [line for line in lines if not line.startswith("apt-get ")]
        environment = {**os.environ, "BOOT_WRAPPER": f"file://{tmp_path}/origin",
                       "KERNEL": "boot/zImage", "DEPS": str(harness.DEPS)}
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"):
            environment.pop(name, None)
        script = "\n".join(lines).replace("=build/deps/", f"={harness.DEPS}/")
        done = subprocess.run(["sh", "-e", "-c", script], cwd=work, env=environment,
                              capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr
        return done.stdout, work
    return run


def passed(report):
    """The names of the boots in a JUnit report; all must have passed."""
    suite = xml.parse(report).getroot().find("testsuite")
    assert suite.get("failures") == suite.get("errors") == "0"
    return [case.get("name") for case in suite.iter("testcase")]


def test_github_actions(runner):
    job = yaml.safe_load((CI / "github-actions.yml").read_text())
    steps = job["jobs"]["boot"]["steps"]
    assert [step["uses"].split("@")[0] for step in steps if "uses" in step] == \
        ["actions/checkout", "actions/upload-artifact"]
    _, work = runner([line for step in steps if "run" in step
                      for line in step["run"].splitlines()])
    kept = work / steps[-1]["with"]["path"]
    assert passed(kept / "boot.xml") == ["vexpress-a15-image-2cpu"]
    assert "started in HYP mode" in (kept / "vexpress-a15-image-2cpu.log").read_text()


def test_gitlab_ci(runner):
    job = yaml.safe_load((CI / "gitlab-ci.yml").read_text())["boot"]
    output, work = runner([*job["before_script"], *job["script"]])
    report = work / job["artifacts"]["reports"]["junit"]
    assert passed(report) == ["hyp-memory=1G", "hyp-memory=2G", "svc", "no-wrapper"]
    assert report.parent == work / job["artifacts"]["paths"][0]
    assert "4 of 4 passed" in output


def test_lava_job(image):
    """Its machine and its patterns, against a boot by hand."""
    job = yaml.safe_load((CI / "lava-job.yaml").read_text())
    context, (deploy, boot, test) = job["context"], job["actions"]
    extra = " ".join(context["extra_options"]).split()
    assert extra[extra.index("-smp") + 1] == "2" and "-semihosting-config" in extra
    assert deploy["deploy"]["images"]["system"]["image_arg"] == "-kernel {system}"
    with harness.Guest(image, cpus=2, machine=context["machine"], memory=context["memory"]) as guest:
        assert boot["boot"]["parameters"]["kernel-start-message"] in guest.log
        [script] = test["test"]["interactive"]
        assert harness.PROMPT in script["prompts"] and harness.PROMPT in boot["boot"]["prompts"]
        for step in script["script"]:
            output = guest.run(step["command"])
            assert any(re.search(case["message"], output) for case in step["successes"]), output
            assert not any(re.search(case["message"], output) for case in step["failures"])
