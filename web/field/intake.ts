/** @file The ways a file comes in, other than through the picker: dropped or pasted. */

interface Intake {
  /** Where files may be dropped. */
  zone: HTMLElement;
  isOpen(): boolean;
  onFile(file: File): void;
  onDragging(isOver: boolean): void;
}

/** @param host what has the focus when somebody pastes */
export function takeFiles(host: HTMLElement, { zone, isOpen, onFile, onDragging }: Intake): void {
  const isFile = ({ dataTransfer }: DragEvent): boolean =>
    isOpen() && (dataTransfer?.types.includes('Files') ?? false);
  /** Drags enter and leave every element inside, too. */
  let depth = 0;
  zone.addEventListener('dragenter', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    depth += 1;
    onDragging(true);
  });
  zone.addEventListener('dragover', (event) => {
    if (isFile(event)) event.preventDefault();
  });
  zone.addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) onDragging(false);
  });
  zone.addEventListener('drop', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    depth = 0;
    onDragging(false);
    take(event.dataTransfer);
  });
  host.addEventListener('paste', (event) => {
    if (!isOpen() || !event.clipboardData?.files.length) return;
    event.preventDefault();
    take(event.clipboardData);
  });

  /** Of several the first picture, or else the first file, which is then refused by name. */
  function take(data: DataTransfer | null): void {
    const files = [...(data?.files ?? [])];
    const file = files.find(({ type }) => type.startsWith('image/')) ?? files[0];
    if (file) onFile(file);
  }
}
