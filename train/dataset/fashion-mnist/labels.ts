/** @file The classes of Fashion-MNIST. */

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
