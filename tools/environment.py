"""Make or bring up to date a Python environment from a lock file, with a progress bar; nothing to do if it is current.

    python3 tools/environment.py run|all|assets

Runs under whatever `python3` is, also one that is too old: it uses the standard library only and no new syntax.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)
MEGABYTES_NEEDED = {"run": 1500, "all": 3000, "assets": 500}


def fail(sentence):
    """Say it in one line and stop."""
    sys.stderr.write("songhe: " + sentence + "\n")
    sys.exit(1)


def main(kind):
    """The environment for `kind` holds exactly what the lock file names."""
    if sys.version_info < OLDEST:
        fail(
            "Python 3.11 or newer is needed, this is %d.%d (%s). Install a newer one, then: make PYTHON=/path/to/python3.11 ..."
            % (sys.version_info[0], sys.version_info[1], sys.executable)
        )
    folder = os.path.join(ROOT, ".venv-assets" if kind == "assets" else ".venv")
    stamp = os.path.join(folder, "installed-" + kind)
    wanted = fingerprint(kind)
    if any(read(os.path.join(folder, "installed-" + k)) == fingerprint(k) for k in {kind, "all" if kind == "run" else kind}):
        return
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < MEGABYTES_NEEDED[kind]:
        fail("the disk is nearly full: %d MB free in %s, %d MB needed." % (free, ROOT, MEGABYTES_NEEDED[kind]))
    unfinished = os.path.join(folder, "unfinished")
    if os.path.exists(unfinished):  # an install that was killed leaves half a package behind, over which pip stumbles
        shutil.rmtree(folder)
    create(folder)
    with open(unfinished, "w") as file:
        file.write(kind)
    install(folder, kind)
    with open(stamp, "w") as file:
        file.write(wanted)
    os.remove(unfinished)


def create(folder):
    """An empty environment with pip, made by this Python."""
    python = os.path.join(folder, "bin", "python")
    if os.path.exists(python) and subprocess.call([python, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0:  # noqa: S603
        return
    print("songhe: making %s" % os.path.relpath(folder, ROOT), flush=True)
    made = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "venv", "--clear", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if made.returncode != 0:
        fail(
            "this Python cannot make an environment (%s). On Debian or Ubuntu: apt-get install python3-venv"
            % last_line(made.stdout)
        )


def install(folder, kind):
    """What the lock file names is installed, each file checked against its hash; Songhe itself is linked in."""
    lock = os.path.join(ROOT, "requirements", kind + ".lock")
    total = sum(1 for line in read(lock).splitlines() if line[:1].isalnum())
    pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    run_with_bar(pip + ["--require-hashes", "--no-deps", "-r", lock], total)
    if kind != "assets":
        run_with_bar(pip + ["--no-deps", "--no-build-isolation", "--editable", ROOT], 0)


def run_with_bar(command, total):
    """Run pip, counting the packages that it has come to; on failure its last error becomes one line."""
    seen, lines = 0, []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                bar(seen, total, line.split()[1].split("==")[0])
            elif line.startswith("Installing collected"):
                bar(total, total, "unpacking")
    if total:
        sys.stdout.write("\n" if sys.stdout.isatty() else "")
    if process.returncode != 0:
        explain([line for line in lines if line])


def explain(lines):
    """Turn pip's words into one sentence."""
    text = "\n".join(lines)
    if "No space left on device" in text:
        fail("the disk is full; free some space and run the command again, it goes on where it stopped.")
    if "DO NOT MATCH THE HASHES" in text:
        fail("a package from the registry is not the one that was locked; nothing was installed from it. Check your registry.")
    unreachable = (
        "Connection",
        "Temporary failure in name resolution",
        "No matching distribution",
        "timed out",
        "Could not fetch",
    )
    if any(word in text for word in unreachable):
        fail(
            "no package registry can be reached for Python packages (%s). Check the network, or name a mirror: pip config set "
            "global.index-url URL" % next((line for line in lines if line.startswith("ERROR")), lines[-1])
        )
    fail("installing failed: " + last_line(text))


def bar(done, total, what):
    """One line that fills up; on a terminal it is redrawn, elsewhere a line is printed at each quarter."""
    if not total:
        return
    done = min(done, total)
    if sys.stdout.isatty():
        width = 30
        filled = width * done // total
        sys.stdout.write("\rsonghe: installing [%s%s] %d/%d %-30.30s" % ("#" * filled, "." * (width - filled), done, total, what))
        sys.stdout.flush()
    elif done % max(1, total // 4) == 0 or done == total:
        print("songhe: installing %d/%d" % (done, total), flush=True)


def fingerprint(kind):
    """Changes whenever the lock file, the project file or this Python changes."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update(ROOT.encode())
    for name in (os.path.join("requirements", kind + ".lock"), "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def read(path):
    """The file's text, or nothing."""
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def last_line(text):
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in MEGABYTES_NEEDED:
        fail("usage: tools/environment.py run|all|assets")
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        fail("stopped; run the command again, it goes on where it stopped.")
