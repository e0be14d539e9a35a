/** @file Files that are dropped on the field or pasted into it. */

interface FileTarget {
  /** Whether the field takes files now. */
  isEnabled(): boolean;
  onFile(file: File): void;
  onDragging(isOver: boolean): void;
}

/**
 * Accepts files.
 * @param host the element that has the focus when the visitor pastes
 * @param zone the element on which files can be dropped
 */
export function acceptFiles(host: HTMLElement, zone: HTMLElement, target: FileTarget): void {
  acceptDrops(zone, target);
  acceptPaste(host, target);
}

function acceptDrops(zone: HTMLElement, { isEnabled, onFile, onDragging }: FileTarget): void {
  const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
    isEnabled() && (dataTransfer?.types.includes('Files') ?? false);
  /** Number of elements in the zone that the drag has entered and not left. Each element fires its own events. */
  let depth = 0;
  zone.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    onDragging(true);
  });
  zone.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  zone.addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) onDragging(false);
  });
  zone.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    onDragging(false);
    const file = photoIn(event.dataTransfer);
    if (file) onFile(file);
  });
}

function acceptPaste(host: HTMLElement, { isEnabled, onFile }: FileTarget): void {
  host.addEventListener('paste', (event) => {
    const file = photoIn(event.clipboardData);
    if (!file || !isEnabled()) return;
    event.preventDefault();
    onFile(file);
  });
}

/** Returns the first image. Without an image, it returns the first file, which the field then rejects with a message. */
export function photoIn(data: DataTransfer | null): File | undefined {
  const files = [...(data?.files ?? [])];
  return files.find(({ type }) => type.startsWith('image/')) ?? files[0];
}
