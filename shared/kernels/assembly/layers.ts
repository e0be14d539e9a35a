/** @file Calls the kernel of each operation for one image, forward and backward. */
import { CONV2D, CONV2D_WINOGRAD, CONV3X3, FLATTEN, LINEAR, MAXPOOL2D, MAXPOOL2X2, RELU, WINOGRAD, WINOGRAD_GRADIENT } from '../constants';
import { f32_conv2d, f32_conv2d_grad, f32_conv2d_turn } from './conv2d';
import { clearAround, f32_conv3x3, f32_conv3x3_turn } from './conv3x3';
import { f32_conv3x3_grad_bias, f32_conv3x3_grad_filter } from './conv3x3-gradient';
import { f32_flatten, f32_flatten_grad } from './flatten';
import { f32_linear, f32_linear_grad_input, f32_linear_grad_weight } from './linear';
import { f32_maxpool2d, f32_maxpool2d_grad } from './maxpool2d';
import { f32_maxpool2x2, f32_maxpool2x2_grad } from './maxpool2x2';
import { Operation } from './plan';
import { f32_relu, f32_relu_grad } from './relu';
import { f32_winograd } from './winograd/convolution';
import { f32_winograd_filter } from './winograd/filter';
import { f32_winograd_grad_filter } from './winograd/gradient';
import { f32_conv2d_winograd, f32_conv2d_winograd_grad_input } from './winograd4/convolution';
import { f32_conv2d_winograd_filter, f32_conv2d_winograd_turn, filterBytes } from './winograd4/filter';
import { f32_conv2d_winograd_grad_filter } from './winograd4/gradient';

/** Transforms the filter of a convolution for `forward`. */
export function transformFilter(op: Operation, parameters: usize): void {
  if (op.kind == WINOGRAD) f32_winograd_filter(op.extra, parameters + op.weight, op.inputs, op.outputs, false);
  else if (op.kind == CONV2D_WINOGRAD) f32_conv2d_winograd_filter(op, op.extra, parameters + op.weight);
}

/** Reorders, rotates or transforms the filter of a convolution for the gradient of its input. */
export function transformGradientFilter(op: Operation, parameters: usize): void {
  if (!op.dx) return;
  const weight = parameters + op.weight;
  if (op.kind == CONV2D) f32_conv2d_turn(op, op.extra, weight);
  else if (op.kind == CONV2D_WINOGRAD) f32_conv2d_winograd_turn(op, gradientFilterOf(op), weight);
  else if (op.kind == CONV3X3) f32_conv3x3_turn(op.extra, weight, op.inputs, op.outputs);
  else if (isPadded(op)) f32_winograd_filter(gradientFilterOf(op), weight, op.inputs, op.outputs, true);
}

/** Returns the address of the filter for the gradient of the input. It follows the transformed filter for `forward`, if there is one. */
@inline
function gradientFilterOf(op: Operation): usize {
  if (op.kind == CONV2D_WINOGRAD) return op.extra + filterBytes(op);
  return op.kind == WINOGRAD ? op.extra + 64 * <usize>(op.inputs * op.outputs) : op.extra;
}

/** Returns whether an operation is a convolution over planes with zeros around them (conv3x3.ts). */
@inline
function isPadded(op: Operation): bool {
  return op.kind == CONV3X3 || op.kind == WINOGRAD || op.kind == WINOGRAD_GRADIENT;
}

/** Computes the output of an operation in the arena. */
export function forward(op: Operation, parameters: usize, arena: usize, scratch: usize): void {
  const x = arena + op.x;
  const y = arena + op.y;
  const weight = parameters + op.weight;
  const bias = parameters + op.bias;
  const relu = op.relu != 0;
  if (isPadded(op)) {
    const padded = y - insetOf(op);
    if (op.kind == WINOGRAD) {
      f32_winograd(padded, x, op.extra, bias, 0, scratch, op.inputs, op.outputs, op.height, op.width, op.xRow, op.xPlane, op.yPlane, relu);
    } else {
      f32_conv3x3(padded, x, weight, bias, 0, op.inputs, op.outputs, op.height, op.xRow, op.xPlane, op.yPlane, relu);
    }
    clearAround(y, op.outputs, op.yHeight, op.yWidth, op.yRow, op.yPlane, insetOf(op), op.height);
  } else if (op.kind == MAXPOOL2X2) {
    f32_maxpool2x2(y, arena + op.extra, x, op.inputs, op.height, op.width, op.xRow, op.xPlane, op.yRow, op.yPlane);
  } else if (op.kind == LINEAR) {
    f32_linear(y, x, weight, bias, op.inputs, op.outputs, relu);
  } else if (op.kind == CONV2D) {
    f32_conv2d(op, y, x, weight, bias, scratch);
  } else if (op.kind == CONV2D_WINOGRAD) {
    f32_conv2d_winograd(op, y, x, op.extra, bias, scratch);
  } else if (op.kind == MAXPOOL2D) {
    f32_maxpool2d(op, y, arena + op.extra, x, scratch);
  } else if (op.kind == RELU) {
    f32_relu(op, y, x);
  } else if (op.kind == FLATTEN) {
    f32_flatten(op, y, x);
  }
}

/** Adds the image's gradients of an operation's parameters. Computes the gradient of its input, except for the network's input. */
export function backward(op: Operation, parameters: usize, gradients: usize, arena: usize, scratch: usize): void {
  const x = arena + op.x;
  const dx = arena + op.dx;
  const y = arena + op.y;
  const dy = arena + op.dy;
  const weight = parameters + op.weight;
  const dw = gradients + op.weight;
  const db = gradients + op.bias;
  const argmax = arena + op.extra;
  const masked = op.masked != 0;
  const mask = masked ? x : 0;
  if (isPadded(op)) {
    const padded = dy - insetOf(op);
    if (op.kind == WINOGRAD) {
      f32_winograd_grad_filter(dw, padded, x, scratch, op.inputs, op.outputs, op.height, op.width, op.xRow, op.xPlane, op.yPlane);
    } else {
      f32_conv3x3_grad_filter(dw, padded, x, op.inputs, op.outputs, op.height, op.xRow, op.xPlane, op.yPlane);
    }
    f32_conv3x3_grad_bias(db, padded, op.outputs, op.height, op.xRow, op.yPlane);
  } else if (op.kind == CONV2D) {
    f32_conv2d_grad(op, dw, db, op.dx ? dx : 0, dy, x, op.extra, mask, scratch);
  }
  if (!op.dx) return;
  if (isPadded(op)) {
    convolutionGradient(op, dx, dy - insetOf(op), mask, scratch);
  } else if (op.kind == MAXPOOL2X2) {
    f32_maxpool2x2_grad(dx, dy, y, argmax, op.inputs, op.height, op.width, op.xRow, op.xPlane, op.yRow, op.yPlane, masked);
  } else if (op.kind == LINEAR) {
    f32_linear_grad_input(dx, dy, weight, x, op.inputs, op.outputs, masked);
  } else if (op.kind == CONV2D_WINOGRAD) {
    f32_conv2d_winograd_grad_input(op, dx, dy, gradientFilterOf(op), mask, scratch);
  } else if (op.kind == MAXPOOL2D) {
    f32_maxpool2d_grad(op, dx, dy, argmax, mask, scratch);
  } else if (op.kind == RELU) {
    f32_relu_grad(op, dx, dy, x);
  } else if (op.kind == FLATTEN) {
    f32_flatten_grad(op, dx, dy);
  }
}

/** Returns the bytes from the first pixel of the padded convolution's output to the first of y: none, or a row and a column. */
@inline
function insetOf(op: Operation): usize {
  return op.before ? 0 : op.yRow + 4;
}

/** Computes the gradient of a convolution's input: the convolution of the padded gradient of its output with the turned filter. */
function convolutionGradient(op: Operation, dx: usize, dy: usize, mask: usize, scratch: usize): void {
  const filter = gradientFilterOf(op);
  if (op.kind == CONV3X3) {
    f32_conv3x3(dx, dy, filter, 0, mask, op.outputs, op.inputs, op.height, op.xRow, op.yPlane, op.xPlane, false);
  } else {
    const row = op.xRow;
    f32_winograd(dx, dy, filter, 0, mask, scratch, op.outputs, op.inputs, op.height, op.width, row, op.yPlane, op.xPlane, false);
  }
  if (!mask) clearAround(dx, op.inputs, op.height, op.width, op.xRow, op.xPlane, 0, op.height);
}

/** Clears the gradients to which the kernels add image by image. `step` calls it before each slice. */
export function clearGradients(op: Operation, gradients: usize): void {
  if (op.kind == LINEAR || !op.weight) return;
  const taps = op.kernelSize * op.kernelSize;
  memory.fill(gradients + op.weight, 0, (<usize>(op.inputs * op.outputs * taps)) << 2);
  memory.fill(gradients + op.bias, 0, (<usize>op.outputs) << 2);
}

/** Computes parameter gradients for all images of a slice at once: of a linear layer, and of CONV2D_WINOGRAD. */
export function sliceGradients(
  op: Operation,
  gradients: usize,
  arena: usize,
  imageBytes: usize,
  images: i32,
  scratch: usize,
): void {
  const dw = gradients + op.weight;
  const db = gradients + op.bias;
  const dy = arena + op.dy;
  const x = arena + op.x;
  if (op.kind == LINEAR) f32_linear_grad_weight(dw, db, dy, x, images, op.inputs, op.outputs, imageBytes);
  else if (op.kind == CONV2D_WINOGRAD) f32_conv2d_winograd_grad_filter(op, dw, db, dy, x, images, imageBytes, scratch);
}
