/** @file The classes, image size and pixel scale of Fashion-MNIST. They are defined nowhere else. */

/** The ten classes in the order of their indices (zalandoresearch/fashion-mnist, README). */
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

/** Width and height of the grey images, in pixels. */
export const IMAGE_SIZE = 28;

/** Number of pixels of an image. */
export const IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE;

/** The network's input is a pixel byte divided by this, in 0..1 (as torchvision's ToTensor computes it). */
export const PIXEL_SCALE = 255;
