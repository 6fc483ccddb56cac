// A `fairhold` process on a folder of its own, and the end of everything it started: guests outlive the program by design.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const here = (path) => resolve(import.meta.dirname, "..", path);
const target = process.env.CARGO_TARGET_DIR ?? here("../target");
export const binary = process.env.FAIRHOLD_BIN ?? `${target}/debug/fairhold`;
const images = process.env.FAIRHOLD_TEST_IMAGES ?? `${target}/tmp/images`;

/** Containers need root and a runtime; the host's packages bring the latter. */
export const containers = process.getuid() === 0 && ["/usr/sbin/runc", "/usr/bin/runc"].some((path) => existsSync(path));

const freePort = () =>
  new Promise((settle) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => settle(port));
    });
  });

/** Starts it and answers with its address and its one-time link. */
export async function start() {
  const folder = mkdtempSync(join(tmpdir(), "fairhold-journey-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const config = join(folder, "fairhold.toml");
  const text = (value) => JSON.stringify(value);
  writeFileSync(
    config,
    [
      `listen = ${text(`127.0.0.1:${port}`)}`, `base_url = ${text(base)}`, `data_dir = ${text(join(folder, "data"))}`, `database = ${text(`sqlite:${join(folder, "fairhold.db")}`)}`, "demo = true",
      "[mail]", 'transport = "mailbox"', "[payments]", "test_provider = true", "[compute]", `images_dir = ${text(images)}`, `oci = ${String(containers)}`, "",
    ].join("\n"),
  );
  // What begins with FAIRHOLD_ would be read as configuration.
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("FAIRHOLD_")));
  if (containers) {
    // The small container's image is made within seconds where it is missing.
    const only = join(folder, "images.toml");
    writeFileSync(only, [`data_dir = ${text(join(folder, "images"))}`, "demo = true", "[compute]", `images_dir = ${text(images)}`, "qemu = false", "oci = true", ""].join("\n"));
    execFileSync(binary, ["build-images", "--config", only], { env: inherited, encoding: "utf8" });
  }
  const child = spawn(binary, ["serve", "--config", config], { stdio: ["ignore", "pipe", "pipe"], env: inherited });
  const heard = [];
  let link;
  const answers = new Promise((settle, fail) => {
    const patience = setTimeout(() => fail(new Error(`the program does not start:\n${heard.join("\n")}`)), 240_000);
    const hear = (line) => {
      heard.push(line);
      link ??= /https?:\/\/\S+\/setup#\S+/.exec(line)?.[0];
      if (link !== undefined) {
        clearTimeout(patience);
        settle();
      }
    };
    createInterface({ input: child.stdout }).on("line", hear);
    createInterface({ input: child.stderr }).on("line", hear);
    child.on("error", fail);
    child.on("exit", (code) => fail(new Error(`the program ended with ${code}:\n${heard.join("\n")}`)));
  });
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) {
      const gone = new Promise((settle) => child.once("exit", settle));
      child.kill("SIGTERM");
      await Promise.race([gone, new Promise((settle) => setTimeout(settle, 5_000))]);
      child.kill("SIGKILL");
    }
    endGuests(join(folder, "data"));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers;
    for (let tries = 0; ; tries += 1) {
      if ((await fetch(`${base}/v1/setup`).catch(() => null))?.ok) break;
      if (tries > 200) throw new Error("the program does not answer");
      await new Promise((settle) => setTimeout(settle, 100));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { base, link, folder, heard, stop };
}

/** A cluster to enrol: a program of its own that stands in for Proxmox VE, with a guest on it that somebody else made. */
export async function cluster() {
  const child = spawn(`${target}/debug/proxmox-standin`, { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise((settle, fail) => {
    createInterface({ input: child.stdout }).once("line", settle);
    child.on("error", () => fail(new Error("the stand-in does not start; cargo build -p proxmox-standin makes it")));
    child.on("exit", (code) => fail(new Error(`the stand-in ended with ${code}`)));
  });
  return { ...JSON.parse(said), stop: () => child.kill("SIGKILL") };
}

/** Ends the machines whose files lie below `data`, each by its own id. */
function endGuests(data) {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(data)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
