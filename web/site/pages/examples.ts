/**
 * @file The example pictures, drawn for this project: file names in examples/, alternative texts and sizes in pixels. examples/small has them
 * with a longest edge of 152 pixels, for buttons of up to 76 CSS pixels on sharp screens.
 */

export const EXAMPLES = [
  { name: 'ankle-boot', title: 'an ankle boot', width: 360, height: 360 },
  { name: 't-shirt', title: 'a T-shirt', width: 300, height: 400 },
  { name: 'trouser', title: 'a pair of trousers', width: 300, height: 400 },
  { name: 'sneaker', title: 'a sneaker', width: 400, height: 300 },
  { name: 'dress', title: 'a dress', width: 300, height: 400 },
  { name: 'bag', title: 'a bag', width: 400, height: 300 },
  { name: 'pullover', title: 'a pullover', width: 300, height: 400 },
  { name: 'sandal', title: 'a sandal', width: 400, height: 300 },
] as const;
