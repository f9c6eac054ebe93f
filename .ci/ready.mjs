// Makes a clone ready to run: installs what the lock file says when it changed, compiles what changed, and for the tests brings the
// programs they talk to. Says what it does; silent where there is nothing to do.
import { createHash } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const NODE_MIN = [20, 19];

function fail(sentence) {
  console.error(`modelwatch: ${sentence}`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
  fail(`Node.js ${NODE_MIN.join('.')} or later is needed, this is ${process.versions.node}.`);
}

/** What `npm start` needs of the workspaces; the plugins for Grafana are built and tested apart from it. */
const SIDECAR = ['--workspace', 'src', '--workspace', 'exporter', '--include-workspace-root'];

function install(scope) {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .update(process.platform + process.arch)
    .digest('hex');
  const stamp = path.join(root, 'node_modules', '.modelwatch-lock');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  // All of it holds what a part needs.
  if (installed === lock || (scope.length > 0 && installed === `${lock} sidecar`)) return;
  console.log('Installing dependencies (once) ...');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...scope], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) fail('npm ci failed; its message stands above.');
  writeFileSync(stamp, scope.length > 0 ? `${lock} sidecar` : lock);
}

/** The packages of Grafana 13.2 on React 19, for the harness of the plugins: beside the workspaces, so that two Reacts never meet. */
function installSecondRuntime() {
  const folder = path.join(root, 'panel-plugin', 'harness', 'react-19');
  const lock = createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = path.join(folder, 'node_modules', '.modelwatch-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing the packages of Grafana 13.2 for the tests (once) ...');
  const options = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' };
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], options);
  if (npm.status !== 0) fail(`npm ci failed in panel-plugin/harness/react-19:\n${npm.stdout}${npm.stderr}`);
  writeFileSync(stamp, lock);
}

function build() {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(path.join(root, 'exporter', 'dist', 'main.js'))) console.log('Compiling (once) ...');
  const result = spawnSync(process.execPath, [tsc, '--build', 'src', 'exporter'], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) fail('the sources do not compile; the faults stand above.');
}

/** The plugins as Grafana loads them. */
function buildPlugins() {
  for (const plugin of ['datasource-plugin', 'panel-plugin']) {
    const result = spawnSync('npm', ['run', '--silent', 'build', '--workspace', plugin], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (result.status !== 0) fail(`${plugin} does not build:\n${result.stdout}${result.stderr}`);
  }
}

/** Debian packages of the programs that contract tests talk to, by the program they bring. */
const PROGRAMS = { promtool: 'prometheus', amtool: 'prometheus-alertmanager', strace: 'strace', chromium: 'chromium' };

const hasProgram = (name) => spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;

function bringPrograms() {
  const missing = () => Object.keys(PROGRAMS).filter((program) => !hasProgram(program));
  if (missing().length > 0 && process.getuid?.() === 0 && hasProgram('apt-get')) {
    const packages = missing().map((program) => PROGRAMS[program]);
    console.log(`Installing Debian packages for the tests: ${packages.join(' ')} ...`);
    const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    try {
      execFileSync('apt-get', ['-qq', 'update'], options);
      execFileSync('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...packages], options);
    } catch {
      console.error('modelwatch: apt-get failed; its message stands above.');
    }
  }
  return missing();
}

const forTests = process.argv.includes('--test');
const withPlugins = forTests || process.argv.includes('--plugins');
install(withPlugins ? [] : SIDECAR);
build();
if (withPlugins) buildPlugins();
if (forTests) {
  installSecondRuntime();
  const missing = bringPrograms();
  if (missing.length > 0) {
    const packages = missing.map((program) => PROGRAMS[program]).join(' ');
    console.error(
      `\n*** SKIPPING the tests that need ${missing.join(', ')}: on Debian, \`apt-get install ${packages}\` as root brings them. ***\n`,
    );
  }
}
