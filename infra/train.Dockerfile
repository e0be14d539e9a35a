# The trainer as an image: `cpu`, or `gpu` with what WebGPU needs of a system. Exactly a commit goes in, and says so in every record:
#
#   git archive HEAD | docker build -f infra/train.Dockerfile --build-arg GIT_COMMIT=$(git rev-parse HEAD) -t tinyvgg-edge-train:cpu -
#   git archive HEAD | docker build … --target gpu -t tinyvgg-edge-train:gpu -
#
# A tag can come to mean another image; --build-arg NODE=node@sha256:… cannot. Debian 13 for its glibc: Dawn wants 2.38.
ARG NODE=node:24.21.0-trixie-slim

FROM ${NODE} AS base
# Nobody but tini hears a SIGTERM while nothing is trained: as a container's first process Node ignores it where it has no handler.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# All that is written is under /tmp: the data set, a run's folder, Vulkan's cache of shaders. The rest may be read-only.
ENV HOME=/tmp TMPDIR=/tmp XDG_CACHE_HOME=/tmp/cache XDG_RUNTIME_DIR=/tmp
ENTRYPOINT ["tini", "--", "node", "train/cli/main.ts"]
CMD ["--help"]

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY shared shared
# The compiler is 100 of 660 MB, source maps are 240.
RUN npm run kernels \
 && npm uninstall --no-save --omit=dev --ignore-scripts assemblyscript esbuild \
 && find node_modules -name '*.map' -delete
COPY train train
ARG GIT_COMMIT
RUN test -n "$GIT_COMMIT" || { echo 'Which commit is this? --build-arg GIT_COMMIT=$(git rev-parse HEAD)' >&2; exit 1; }

FROM base AS gpu-modules
COPY package.json ./
COPY infra/gpu infra/gpu
RUN npm run gpu

FROM base AS gpu
# Vulkan's loader, and what NVIDIA's driver, which the node mounts, is linked with. Of its two halves EGL's works without a display; with
# libegl1 comes Mesa, 208 MB.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libegl1 libvulkan1 libxext6 \
 && rm -rf /var/lib/apt/lists/*
# Of the driver, Vulkan is `graphics`; by default only computing is mounted.
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
