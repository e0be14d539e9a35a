# The trainer's images: `cpu`, and `gpu` with the system libraries for WebGPU. An image contains exactly one commit, which every record names:
#
#   git archive HEAD | docker build -f infra/train.Dockerfile --build-arg GIT_COMMIT=$(git rev-parse HEAD) -t tinyvgg-edge-train:cpu -
#   git archive HEAD | docker build … --target gpu -t tinyvgg-edge-train:gpu -
#
# A tag can move to another image; --build-arg NODE=node@sha256:… pins one. Debian 13 because Dawn needs glibc 2.38.
ARG NODE=node:24.21.0-trixie-slim

FROM ${NODE} AS base
# tini handles SIGTERM while no training runs: as a container's first process, Node ignores a signal without a handler.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# The trainer writes only under /tmp: the data set, run folders, Vulkan's shader cache. The root file system may be read-only.
ENV HOME=/tmp TMPDIR=/tmp XDG_CACHE_HOME=/tmp/cache XDG_RUNTIME_DIR=/tmp
ENTRYPOINT ["tini", "--", "node", "train/cli/main.ts"]
CMD ["--help"]

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY shared shared
COPY infra/tools/decoders.ts infra/tools/kernels.ts infra/tools/
# Of 660 MB, the compilers are 100 and source maps 240.
RUN npm run kernels \
 && npm uninstall --no-save --omit=dev --ignore-scripts assemblyscript binaryen esbuild \
 && find node_modules -name '*.map' -delete
COPY train train
ARG GIT_COMMIT
RUN test -n "$GIT_COMMIT" || { echo 'GIT_COMMIT is missing: --build-arg GIT_COMMIT=$(git rev-parse HEAD)' >&2; exit 1; }

FROM base AS gpu-modules
COPY package.json ./
COPY infra/gpu infra/gpu
RUN npm run gpu

FROM base AS gpu
# Vulkan's loader, and the libraries that NVIDIA's driver needs; the node mounts the driver itself. Without a display, only the driver's
# EGL variant works. libegl1 depends on Mesa, 208 MB.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libegl1 libvulkan1 libxext6 \
 && rm -rf /var/lib/apt/lists/*
# `graphics` mounts the driver's Vulkan part. The default mounts only the compute part.
ENV NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility
COPY --from=gpu-modules /app/infra infra
COPY --from=build /app ./
ARG GIT_COMMIT
ENV GIT_COMMIT=$GIT_COMMIT
USER 65532:65532

FROM base AS cpu
COPY --from=build /app ./
ARG GIT_COMMIT
ENV GIT_COMMIT=$GIT_COMMIT
USER 65532:65532
