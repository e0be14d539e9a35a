/** @file What a Fashion-MNIST image is: its classes, its size, its pixel scale. The only place they exist. */

/** The ten classes; a label's index is its place here (zalandoresearch/fashion-mnist, README). */
export const LABELS = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

/** Edge of the square grey images, in pixels. */
export const IMAGE_SIZE = 28;

/** Pixels of one image, row by row. */
export const IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE;

/** A pixel byte divided by this is the network's input, in 0..1 (torchvision's ToTensor). */
export const PIXEL_SCALE = 255;
