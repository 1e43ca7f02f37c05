/** A copy of the shop, opened and changed by a test as if it were the user's own. */
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repository } from "./package-extension.ts";

export class ShopFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async copy(): Promise<ShopFolder> {
    // The real path: macOS' temporary folder is a link, and VS Code names files by where they are.
    const path = join(await realpath(await mkdtemp(join(tmpdir(), "millrace-shop-"))), "shop");
    await cp(join(repository, "examples", "shop"), path, {
      recursive: true,
      filter: (from) => basename(from) !== "node_modules",
    });
    // What npm ci would put there.
    await symlink(join(repository, "node_modules"), join(path, "node_modules"), "junction");
    return new ShopFolder(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async edit(name: string, change: (text: string) => string): Promise<void> {
    await writeFile(this.file(name), change(await readFile(this.file(name), "utf8")));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(join(this.path, ".."), { recursive: true, force: true, maxRetries: 5 });
  }
}
