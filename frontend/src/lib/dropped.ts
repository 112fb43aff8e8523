// Files and folders that were dropped or chosen, as files with paths.

export interface Incoming {
  path: string;
  file: globalThis.File;
}

/** The folder, with its slash, that all paths are in; nothing where there is none. */
export function commonFolder(paths: readonly string[]): string {
  const folder = paths[0]?.split('/')[0] ?? '';
  return paths.length > 0 && paths.every((path) => path.startsWith(`${folder}/`)) ? `${folder}/` : '';
}

/** Chosen in a dialog; a file of a chosen folder has its path. */
export function chosenFiles(files: Iterable<globalThis.File>): Incoming[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** What a drop brought, folders with everything in them. Call it in the event: later the drop is forgotten. */
export async function droppedFiles(transfer: DataTransfer): Promise<Incoming[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return chosenFiles(transfer.files);
  return (await Promise.all(entries.map((entry) => filesIn(entry)))).flat();
}

async function filesIn(entry: FileSystemEntry): Promise<Incoming[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<globalThis.File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Incoming[] = [];
  // A reader gives its entries in parts, and ends with an empty one.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return found;
    for (const inner of part) found.push(...(await filesIn(inner)));
  }
}
