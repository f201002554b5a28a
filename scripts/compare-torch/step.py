"""A training step of the published Pixel2Mesh network in PyTorch, on the CPU, one thread, float32, batch 1: the network, the weights, the
picture and the losses that export.ts wrote. Checks that the loss of the first step is ours, and prints the processor time of a step.

    python step.py step.safetensors [STEPS]

How to get PyTorch into a scratch folder, and what to leave out of the environment: README.md.
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)

IMAGE_SIZE = 224
CHANNELS = [16, 32, 64, 128, 256, 512]
CONVOLUTIONS = [2, 3, 3, 3, 3, 4]
POOLED_STAGES = 4
RESIDUAL_BLOCKS = 6
DISTANCE = 0.8
FOCAL = 2.1875  # 1 / tan(half the field of view)
NEAREST = 0.01 * DISTANCE


def read_safetensors(path):
    with open(path, "rb") as file:
        content = bytearray(file.read())
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    types = {"F32": torch.float32, "I32": torch.int32}
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(content, dtype=types[entry["dtype"]], count=(end - begin) // 4, offset=start + begin)
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors, metadata


def csr(offsets, indices, values):
    size = len(offsets) - 1
    return torch.sparse_csr_tensor(offsets, indices, values, (size, size))


class SparseProduct(torch.autograd.Function):
    """S·X for a constant sparse S, whose transpose is at hand: what PyTorch's own backward pass would have to make every time."""

    @staticmethod
    def forward(context, x, matrix, transpose):
        context.transpose = transpose
        return torch.mm(matrix, x)

    @staticmethod
    def backward(context, upstream):
        return torch.mm(context.transpose, upstream), None, None


class Level:
    """The graph of one mesh: support, edges, mean of neighbours."""

    def __init__(self, data, level):
        self.support = csr(*(data[f"support.{level}.{part}"] for part in ("offsets", "indices", "values")))
        offsets, indices = data[f"neighbours.{level}.offsets"], data[f"neighbours.{level}.indices"]
        degrees = (offsets[1:] - offsets[:-1]).float()
        self.mean = csr(offsets, indices, (1 / degrees).repeat_interleave(degrees.long()))
        self.support_transpose = self.support.to_dense().t().contiguous().to_sparse_csr()
        self.mean_transpose = self.mean.to_dense().t().contiguous().to_sparse_csr()
        # int32 throughout is what MKL's sparse products take as they are.
        for name in ("support_transpose", "mean_transpose"):
            matrix = getattr(self, name)
            setattr(self, name, csr(matrix.crow_indices().int(), matrix.col_indices().int(), matrix.values()))
        self.edges = data[f"edges.{level}"].long()
        self.vertex_count = len(offsets) - 1

    def mix(self, x):
        return SparseProduct.apply(x, self.support, self.support_transpose)

    def neighbour_mean(self, x):
        return SparseProduct.apply(x, self.mean, self.mean_transpose)


class Pixel2Mesh(torch.nn.Module):
    def __init__(self, data):
        super().__init__()
        self.kernels = torch.nn.ParameterList()
        self.kernel_biases = torch.nn.ParameterList()
        for stage, count in enumerate(CONVOLUTIONS):
            for place in range(count):
                kernel = data[f"model.encoder.{stage}.{place}.kernel"].permute(3, 2, 0, 1)
                self.kernels.append(torch.nn.Parameter(kernel.contiguous(memory_format=torch.channels_last)))
                self.kernel_biases.append(torch.nn.Parameter(data[f"model.encoder.{stage}.{place}.bias"]))
        # Of every graph convolution W₀, W₁ and b.
        self.graph = torch.nn.ParameterDict()
        for name, value in data.items():
            if not name.startswith("model.block."):
                continue
            key = name.removeprefix("model.block.").replace(".", "_")
            if name.endswith(".weights"):
                for half, weights in enumerate(value.chunk(2, dim=1)):
                    self.graph[f"{key}{half}"] = torch.nn.Parameter(weights.contiguous())
            else:
                self.graph[key] = torch.nn.Parameter(value)
        self.levels = [Level(data, level) for level in range(3)]
        self.unpool_edges = [None, data["unpool.1"].long(), data["unpool.2"].long()]
        self.template = data["template"] - torch.tensor([0, 0, DISTANCE])

    def encode(self, x):
        maps, layer = [], 0
        for stage, count in enumerate(CONVOLUTIONS):
            for place in range(count):
                kernel, bias = self.kernels[layer], self.kernel_biases[layer]
                size = kernel.shape[2]
                if stage > 0 and place == 0:
                    # TensorFlow's padding of a stride of 2 on an even size: the odd row and column at the bottom and right.
                    before = (size - 2) // 2
                    x = F.conv2d(F.pad(x, (before, size - 2 - before) * 2), kernel, bias, stride=2)
                else:
                    x = F.conv2d(x, kernel, bias, padding=size // 2)
                x = F.relu_(x)
                layer += 1
            maps.append(x)
        return maps[-POOLED_STAGES:]

    def pool(self, vertices, maps):
        depth = (-vertices[:, 2]).clamp(min=NEAREST)
        grid = torch.stack([FOCAL * vertices[:, 0] / depth, -FOCAL * vertices[:, 1] / depth], dim=1)[None, None]
        features = [F.grid_sample(m, grid, padding_mode="border", align_corners=False)[0, :, 0].t() for m in maps]
        return torch.cat([vertices, *features], dim=1)

    def products(self, x, name):
        return torch.addmm(self.graph[f"{name}_bias"], x, self.graph[f"{name}_weights0"]), x @ self.graph[f"{name}_weights1"]

    def convolve(self, x, name, level):
        own, neighbours = self.products(x, name)
        return own + level.mix(neighbours)

    def forward(self, picture):
        maps = self.encode(picture)
        vertices, hidden = self.template, None
        result = []
        for number, level in enumerate(self.levels):
            edges = self.unpool_edges[number]

            def unpool(x):
                return x if edges is None else torch.cat([x, x[edges].mean(dim=1)])

            before = unpool(vertices)
            features = self.pool(vertices, maps)
            if hidden is not None:
                features = torch.cat([features, hidden], dim=1)
            # Products before unpooling, where there are a quarter of the rows.
            own, neighbours = (unpool(x) for x in self.products(features, f"{number}_first"))
            hidden = F.relu(own + level.mix(neighbours))
            for block in range(RESIDUAL_BLOCKS):
                inner = F.relu(self.convolve(hidden, f"{number}_residual_{block}_0", level))
                hidden = 0.5 * (hidden + F.relu(self.convolve(inner, f"{number}_residual_{block}_1", level)))
            narrowed = hidden
            if number == 2:
                narrowed = F.relu(self.convolve(hidden, "2_last", level))
            vertices = self.convolve(narrowed, f"{number}_head", level)
            result.append((before, vertices))
        return result


def nearest(queries, points):
    """Of each query the nearest point: |p|² − 2·q·p as a product, a few rows at a time, four times as fast as torch.cdist and argmin."""
    columns = torch.cat([points, points.square().sum(dim=1, keepdim=True)], dim=1).t().contiguous()
    rows = torch.cat([-2 * queries, torch.ones(len(queries), 1)], dim=1)
    return torch.cat([(some @ columns).argmin(dim=1) for some in rows.split(64)])


def losses(model, prediction, points, normals):
    """Pixel2Mesh's own, without weight decay, which is the optimiser's here. Positions are in the camera's space."""
    total = 0
    for number, (level, (before, after)) in enumerate(zip(model.levels, prediction)):
        with torch.no_grad():
            predicted_of, target_of = nearest(points, after), nearest(after, points)
        to_prediction = (points - after[predicted_of]).square().sum(dim=1).mean()
        to_target = (after - points[target_of]).square().sum(dim=1).mean()
        total = total + 3000 * (to_prediction + 0.55 * to_target)

        rows = 2 * len(level.edges) + level.vertex_count
        start, end = level.edges.unbind(dim=1)
        along = after[start] - after[end]
        squared = along.square().sum(dim=1)
        total = total + 300 * 2 * squared.sum() / rows
        direction = along * squared.clamp(min=1e-12).rsqrt()[:, None]
        facing = F.normalize(normals[target_of], dim=1, eps=1e-6)
        cosines = (direction * facing[start]).sum(dim=1).abs() + (direction * facing[end]).sum(dim=1).abs()
        total = total + 0.5 * cosines.sum() / rows

        move = after - before
        delta = move - level.neighbour_mean(move)
        total = total + (150 if number == 0 else 1500) * delta.square().sum(dim=1).mean()
        if number > 0:
            total = total + 100 * move.square().sum(dim=1).mean()
    return total


def main():
    path, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 12
    data, metadata = read_safetensors(path)
    model = Pixel2Mesh(data)
    picture = data["picture"].permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    points = data["points"] - torch.tensor([0, 0, DISTANCE])
    kernels, graph = list(model.kernels), list(model.graph.values())
    groups = [
        {"params": kernels, "weight_decay": 3e-6},
        {"params": list(model.kernel_biases), "weight_decay": 0},
        {"params": graph, "weight_decay": 5e-6},
    ]
    optimizer = torch.optim.Adam(groups, lr=1e-5, fused=True)

    decay = sum(1.5e-6 * w.square().sum().item() for w in kernels) + sum(2.5e-6 * w.square().sum().item() for w in graph)
    # The head of colours, which nothing but weight decay trains here.
    decay += sum(2.5e-6 * data[name].square().sum().item() for name in ("model.color.weights", "model.color.bias"))
    ours = float(metadata["loss"])
    found = losses(model, model(picture), points, data["normals"]).item() + decay
    difference = abs(found - ours) / ours
    print(f"loss of the first step: {found:.6g} (ours {ours:.6g}, a difference of {difference:.1e})")
    if not difference < 1e-3:
        sys.exit("that is not the same network")

    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    product = fastest(lambda: a @ b, 10)
    print(f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, one thread; "
          f"its product: {2 * 1024**3 / product / 1e6:.0f} GFLOP/s")

    def step():
        optimizer.zero_grad(set_to_none=True)
        losses(model, model(picture), points, data["normals"]).backward()
        optimizer.step()

    def forward():
        with torch.no_grad():
            model(picture)

    print(f"forward: {fastest(forward, steps):.0f} ms, fastest of {steps}")
    print(f"step: {fastest(step, steps):.0f} ms, fastest of {steps}")


def fastest(run, count):
    """Processor milliseconds."""
    best = math.inf
    for _ in range(2):
        run()
    for _ in range(count):
        start = time.process_time()
        run()
        best = min(best, 1000 * (time.process_time() - start))
    return best


if __name__ == "__main__":
    main()
