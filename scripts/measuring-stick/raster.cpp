// A measuring stick for the rasterizer's kernels: the loops of renderer/kernels/scalar/ (findVisible, interpolate, softMask, weights) in
// plain C++, in the precision that those have, for a compiler to do its best with. Reads a scene that run.ts wrote, checks its results
// against those beside the scene, and prints the processor time of the fastest run of every stage.
//
//     g++ -O3 -march=native -std=c++17 raster.cpp -o raster && ./raster scene.bin

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

using std::int32_t;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
using Ints = std::vector<int32_t>;

// As renderer/kernels/scene.ts and softMask.ts.
constexpr double near_plane = 1e-6, smallest_area = 1e-30, flatness = 1e-12, tie = 1e-12, slack = 1e-6;
constexpr double sharpness = 7000, box_size = 0.02, smallest_miss = 1e-12;
constexpr int max_faces = 30;
const double negligible = 32 * std::log(2.0);

/** Views of one mesh with three attributes a vertex, in homogeneous positions (X, Y, Z, w). */
struct Scene {
  int width, height, batch, vertex_count, face_count;
  Floats positions, colors;
  Ints faces;
  Floats image_upstream, mask_upstream;

  int pixels() const { return width * height; }
};

// ---- vertices.ts

struct Vertices {
  Doubles x, y, z, w;

  explicit Vertices(int count) : x(count), y(count), z(count), w(count) {}

  void project(const Scene &scene, int item) {
    const int count = scene.vertex_count;
    const float *from = &scene.positions[size_t(4) * item * count];
    for (int v = 0; v < count; v++, from += 4) {
      const double divisor = from[3];
      x[v] = from[0] / divisor;
      y[v] = from[1] / divisor;
      z[v] = from[2];
      w[v] = divisor > near_plane && std::isfinite(x[v] + y[v] + z[v] + divisor) ? divisor : 0;
    }
  }

  void add_planar_gradient(const Doubles &planar, float *gradient) const {
    for (size_t v = 0; v < w.size(); v++, gradient += 4) {
      const double gx = planar[2 * v], gy = planar[2 * v + 1];
      if (w[v] == 0 || (gx == 0 && gy == 0)) continue;
      gradient[0] += gx / w[v];
      gradient[1] += gy / w[v];
      gradient[3] -= (gx * x[v] + gy * y[v]) / w[v];
    }
  }
};

// ---- findVisible.ts

struct Visible {
  Ints faces;
  Floats weights;
};

struct VisibilityScratch {
  Vertices vertices;
  Doubles shares;
  Floats depth;
};

void draw_faces(const Scene &scene, const VisibilityScratch &scratch, int32_t *__restrict visible, float *__restrict depth) {
  const int width = scene.width, height = scene.height;
  const auto &[x, y, z, w] = scratch.vertices;
  const double step = 2.0 / width;
  for (int f = 0; f < scene.face_count; f++) {
    const int a = scene.faces[3 * f];
    int b = scene.faces[3 * f + 1], c = scene.faces[3 * f + 2];
    if (w[a] == 0 || w[b] == 0 || w[c] == 0) continue;
    const double ax = x[a], ay = y[a];
    const double area = (x[b] - ax) * (y[c] - ay) - (x[c] - ax) * (y[b] - ay);
    if (area < 0) std::swap(b, c);
    const double bx = x[b], by = y[b], cx = x[c], cy = y[c];
    const double bottom = std::min({ay, by, cy}), top = std::max({ay, by, cy});
    const double left = std::min({ax, bx, cx}), right = std::max({ax, bx, cx});
    if (top < -1 || bottom > 1 || right < -1 || left > 1) continue;
    const double extent = (right - left) * (right - left) + (top - bottom) * (top - bottom);
    if (!(std::abs(area) > std::max(smallest_area, flatness * extent))) continue;

    const int first_row = std::max(0, int(std::ceil((height * (1 - top) - 1) / 2 - slack)));
    const int last_row = std::min(height - 1, int(std::floor((height * (1 - bottom) - 1) / 2 + slack)));
    const double first_column = std::max(0.0, (width * (left + 1) - 1) / 2);
    const double last_column = std::min(width - 1.0, (width * (right + 1) - 1) / 2);

    const double ab_rise = by - ay, bc_rise = cy - by, ca_rise = ay - cy;
    const double a_column = (width * (ax + 1) - 1) / 2;
    const double b_column = (width * (bx + 1) - 1) / 2;
    const double c_column = (width * (cx + 1) - 1) / 2;
    const double ab_slope = (b_column - a_column) / ab_rise;
    const double bc_slope = (c_column - b_column) / bc_rise;
    const double ca_slope = (a_column - c_column) / ca_rise;

    const double a_share = scratch.shares[a], b_share = scratch.shares[b], c_share = scratch.shares[c];
    const double az = a_share * z[a], bz = b_share * z[b], cz = c_share * z[c];
    const double shares_step = -step * (bc_rise * a_share + ca_rise * b_share + ab_rise * c_share);
    const double depths_step = -step * (bc_rise * az + ca_rise * bz + ab_rise * cz);

    for (int row = first_row; row <= last_row; row++) {
      const double py = double(height - 2 * row - 1) / height;
      double from = first_column, to = last_column;
      // Going up the face is on the left of an edge, going down on its right.
      const auto cut = [&](double rise, double column, double slope, double start) {
        if (rise > 0) to = std::min(to, column + slope * (py - start));
        else if (rise < 0) from = std::max(from, column + slope * (py - start));
      };
      cut(ab_rise, a_column, ab_slope, ay);
      cut(bc_rise, b_column, bc_slope, by);
      cut(ca_rise, c_column, ca_slope, cy);
      if (from - slack > to + slack) continue;
      int first = int(std::ceil(from - slack));
      int last = std::min(int(std::floor(to + slack)), width - 1);

      const double ady = ay - py, bdy = by - py, cdy = cy - py;
      double ea = 0, eb = 0, ec = 0;
      const auto is_inside = [&](int column) {
        const double px = double(2 * column + 1 - width) / width;
        ea = (bx - px) * cdy - (cx - px) * bdy;
        eb = (cx - px) * ady - (ax - px) * cdy;
        ec = (ax - px) * bdy - (bx - px) * ady;
        return ea >= 0 && eb >= 0 && ec >= 0;
      };
      while (last > first && !is_inside(last)) last--;
      while (first <= last && !is_inside(first)) first++;
      const double sum_of_shares = ea * a_share + eb * b_share + ec * c_share;
      const double weighted_depths = ea * az + eb * bz + ec * cz;
      const size_t start = size_t(row) * width + first;
      for (int k = 0; k <= last - first; k++) {
        const float here = float((weighted_depths + k * depths_step) / (sum_of_shares + k * shares_step));
        const bool nearer = here > depth[start + k];
        depth[start + k] = nearer ? here : depth[start + k];
        visible[start + k] = nearer ? f : visible[start + k];
      }
    }
  }
}

void weigh(const Scene &scene, const VisibilityScratch &scratch, const int32_t *__restrict visible, float *__restrict weights) {
  const int width = scene.width, height = scene.height;
  const Doubles &x = scratch.vertices.x, &y = scratch.vertices.y, &shares = scratch.shares;
  for (int row = 0; row < height; row++) {
    const double py = double(height - 2 * row - 1) / height;
    const int32_t *faces = visible + size_t(row) * width;
    float *out = weights + size_t(3) * row * width;
    for (int column = 0; column < width;) {
      const int face = faces[column];
      if (face < 0) {
        column++;
        continue;
      }
      int end = column + 1;
      while (end < width && faces[end] == face) end++;
      const int a = scene.faces[3 * face], b = scene.faces[3 * face + 1], c = scene.faces[3 * face + 2];
      const double ax = x[a], bx = x[b], cx = x[c];
      const double ady = y[a] - py, bdy = y[b] - py, cdy = y[c] - py;
      const double a_share = shares[a], b_share = shares[b], c_share = shares[c];
      for (int i = column; i < end; i++) {
        const double px = double(2 * i + 1 - width) / width;
        const double adx = ax - px, bdx = bx - px, cdx = cx - px;
        const double qa = (bdx * cdy - cdx * bdy) * a_share;
        const double qb = (cdx * ady - adx * cdy) * b_share;
        const double qc = (adx * bdy - bdx * ady) * c_share;
        const double scale = 1 / (qa + qb + qc);
        out[3 * i] = float(qa * scale);
        out[3 * i + 1] = float(qb * scale);
        out[3 * i + 2] = float(qc * scale);
      }
      column = end;
    }
  }
}

void find_visible(const Scene &scene, VisibilityScratch &scratch, Visible &visible) {
  const int pixels = scene.pixels();
  std::fill(visible.faces.begin(), visible.faces.end(), -1);
  std::fill(visible.weights.begin(), visible.weights.end(), 0.f);
  for (int item = 0; item < scene.batch; item++) {
    scratch.vertices.project(scene, item);
    for (int v = 0; v < scene.vertex_count; v++) scratch.shares[v] = 1 / scratch.vertices.w[v];
    std::fill(scratch.depth.begin(), scratch.depth.end(), -std::numeric_limits<float>::infinity());
    int32_t *faces = &visible.faces[size_t(item) * pixels];
    draw_faces(scene, scratch, faces, scratch.depth.data());
    weigh(scene, scratch, faces, &visible.weights[size_t(3) * item * pixels]);
  }
}

// ---- interpolate.ts

/** Calls visit(face, start, end) for every run of neighbouring pixels of one face. */
template <typename Visit>
void each_run(const Ints &faces, size_t start, size_t end, Visit visit) {
  for (size_t i = start; i < end;) {
    const int face = faces[i];
    size_t run = i + 1;
    if (face >= 0) {
      while (run < end && faces[run] == face) run++;
      visit(face, i, run);
    }
    i = run;
  }
}

void interpolate(const Scene &scene, const Visible &visible, float *__restrict image) {
  const size_t count = visible.faces.size();
  std::fill(image, image + 3 * count, 0.f);
  const float *__restrict weights = visible.weights.data();
  each_run(visible.faces, 0, count, [&](int face, size_t start, size_t end) {
    const float *u = &scene.colors[3 * scene.faces[3 * face]];
    const float *v = &scene.colors[3 * scene.faces[3 * face + 1]];
    const float *t = &scene.colors[3 * scene.faces[3 * face + 2]];
    const float u0 = u[0], u1 = u[1], u2 = u[2], v0 = v[0], v1 = v[1], v2 = v[2], t0 = t[0], t1 = t[1], t2 = t[2];
    for (size_t k = 3 * start; k < 3 * end; k += 3) {
      const float wu = weights[k], wv = weights[k + 1], wt = weights[k + 2];
      image[k] = wu * u0 + wv * v0 + wt * t0;
      image[k + 1] = wu * u1 + wv * v1 + wt * t1;
      image[k + 2] = wu * u2 + wv * v2 + wt * t2;
    }
  });
}

struct BackwardScratch {
  Vertices vertices;
  /** Nine a face: S of weights.ts. */
  Doubles sums;
  std::vector<uint8_t> touched;
  Doubles rows;
  Doubles vertex_sums;
};

// weights.ts: −Aᵀ S of every face.
void sums_backward(const Scene &scene, int item, BackwardScratch &scratch, float *position_gradient) {
  scratch.vertices.project(scene, item);
  const auto &[x, y, z, w] = scratch.vertices;
  Doubles &gradient = scratch.vertex_sums;
  std::fill(gradient.begin(), gradient.end(), 0.0);
  for (int f = 0; f < scene.face_count; f++) {
    if (!scratch.touched[f]) continue;
    const int corners[3] = {scene.faces[3 * f], scene.faces[3 * f + 1], scene.faces[3 * f + 2]};
    const auto [a, b, c] = corners;
    const double area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
    const double ja = 1 / (area * w[a]), jb = 1 / (area * w[b]), jc = 1 / (area * w[c]);
    const double aax = (y[b] - y[c]) * ja, aay = (x[c] - x[b]) * ja, aaw = (x[b] * y[c] - x[c] * y[b]) * ja;
    const double abx = (y[c] - y[a]) * jb, aby = (x[a] - x[c]) * jb, abw = (x[c] * y[a] - x[a] * y[c]) * jb;
    const double acx = (y[a] - y[b]) * jc, acy = (x[b] - x[a]) * jc, acw = (x[a] * y[b] - x[b] * y[a]) * jc;
    const double *s = &scratch.sums[9 * f];
    for (int k = 0; k < 3; k++) {
      double *to = &gradient[3 * corners[k]];
      to[0] -= aax * s[k] + abx * s[3 + k] + acx * s[6 + k];
      to[1] -= aay * s[k] + aby * s[3 + k] + acy * s[6 + k];
      to[2] -= aaw * s[k] + abw * s[3 + k] + acw * s[6 + k];
    }
  }
  float *to = position_gradient + size_t(4) * item * scene.vertex_count;
  for (int v = 0; v < scene.vertex_count; v++, to += 4) {
    to[0] += gradient[3 * v];
    to[1] += gradient[3 * v + 1];
    to[3] += gradient[3 * v + 2];
  }
}

void interpolate_backward(
    const Scene &scene, const Visible &visible, BackwardScratch &scratch, Floats &color_gradient, Floats &position_gradient) {
  std::fill(color_gradient.begin(), color_gradient.end(), 0.f);
  std::fill(position_gradient.begin(), position_gradient.end(), 0.f);
  std::fill(scratch.rows.begin(), scratch.rows.end(), 0.0);
  const float *__restrict weights = visible.weights.data();
  const float *__restrict upstream = scene.image_upstream.data();
  const size_t pixels = scene.pixels();
  for (int item = 0; item < scene.batch; item++) {
    std::fill(scratch.sums.begin(), scratch.sums.end(), 0.0);
    std::fill(scratch.touched.begin(), scratch.touched.end(), 0);
    each_run(visible.faces, item * pixels, (item + 1) * pixels, [&](int face, size_t start, size_t end) {
      const int u = 3 * scene.faces[3 * face], v = 3 * scene.faces[3 * face + 1], t = 3 * scene.faces[3 * face + 2];
      const float *values = scene.colors.data();
      const double v0 = double(values[v]) - values[u], v1 = double(values[v + 1]) - values[u + 1],
                   v2 = double(values[v + 2]) - values[u + 2];
      const double t0 = double(values[t]) - values[u], t1 = double(values[t + 1]) - values[u + 1],
                   t2 = double(values[t + 2]) - values[u + 2];
      double ga0 = 0, ga1 = 0, ga2 = 0, gb0 = 0, gb1 = 0, gb2 = 0, gc0 = 0, gc1 = 0, gc2 = 0, ha = 0, hb = 0, hc = 0;
      for (size_t k = 3 * start; k < 3 * end; k += 3) {
        const double wa = weights[k], wb = weights[k + 1], wc = weights[k + 2];
        const double g0 = upstream[k], g1 = upstream[k + 1], g2 = upstream[k + 2];
        const double h = wb * (g0 * v0 + g1 * v1 + g2 * v2) + wc * (g0 * t0 + g1 * t1 + g2 * t2);
        ga0 += g0 * wa, ga1 += g1 * wa, ga2 += g2 * wa;
        gb0 += g0 * wb, gb1 += g1 * wb, gb2 += g2 * wb;
        gc0 += g0 * wc, gc1 += g1 * wc, gc2 += g2 * wc;
        ha += h * wa, hb += h * wb, hc += h * wc;
      }
      double *rows = scratch.rows.data();
      rows[u] += ga0, rows[u + 1] += ga1, rows[u + 2] += ga2;
      rows[v] += gb0, rows[v + 1] += gb1, rows[v + 2] += gb2;
      rows[t] += gc0, rows[t + 1] += gc1, rows[t + 2] += gc2;
      double *s = &scratch.sums[9 * face];
      s[0] -= ha, s[1] -= hb, s[2] -= hc;
      s[3] += v0 * ga0 + v1 * ga1 + v2 * ga2 - ha;
      s[4] += v0 * gb0 + v1 * gb1 + v2 * gb2 - hb;
      s[5] += v0 * gc0 + v1 * gc1 + v2 * gc2 - hc;
      s[6] += t0 * ga0 + t1 * ga1 + t2 * ga2 - ha;
      s[7] += t0 * gb0 + t1 * gb1 + t2 * gb2 - hb;
      s[8] += t0 * gc0 + t1 * gc1 + t2 * gc2 - hc;
      scratch.touched[face] = 1;
    });
    sums_backward(scene, item, scratch, position_gradient.data());
  }
  for (size_t i = 0; i < color_gradient.size(); i++) color_gradient[i] += scratch.rows[i];
}

// ---- decay.ts

constexpr int fine_steps_of_one = 64;
constexpr int longest = 64;

struct DecayTable {
  Doubles at_steps;
  DecayTable() : at_steps(longest * fine_steps_of_one + 2) {
    for (size_t i = 0; i < at_steps.size(); i++) at_steps[i] = std::exp(-double(i) / fine_steps_of_one);
  }
};
const DecayTable decay_table;

inline double fine_decay(double x) {
  const int step = int(x * fine_steps_of_one);
  const double h = x - double(step) / fine_steps_of_one;
  return decay_table.at_steps[step] * (1 - h * (1 - h * (1. / 2 - h * (1. / 6 - h / 24))));
}

// ---- softMask.ts

struct Pair {
  int32_t pixel, from, to;
  float t, slope_x, slope_y;
};

struct MaskScratch {
  Vertices vertices;
  Ints next_open, counts;
  Floats survival;
  std::vector<Pair> pairs;
  std::vector<size_t> item_starts;
  Doubles vertex_sums;
};

void find_open_columns(const int32_t *visible, int width, int height, int32_t *next) {
  for (int row = 0; row < height; row++, visible += width, next += width + 1) {
    int open = width;
    next[width] = width;
    for (int column = width - 1; column >= 0; column--) {
      if (visible[column] < 0) open = column;
      next[column] = open;
    }
  }
}

void soft_mask(const Scene &scene, const Visible &visible, MaskScratch &scratch, Floats &mask) {
  const int width = scene.width, height = scene.height, pixels = scene.pixels();
  const double reach = std::min(box_size, std::sqrt(negligible / sharpness));
  std::fill(scratch.survival.begin(), scratch.survival.end(), 1.f);
  scratch.pairs.clear();
  for (int item = 0; item < scene.batch; item++) {
    scratch.item_starts[item] = scratch.pairs.size();
    const int base = item * pixels;
    scratch.vertices.project(scene, item);
    const auto &[x, y, z, w] = scratch.vertices;
    find_open_columns(&visible.faces[base], width, height, scratch.next_open.data());
    std::fill(scratch.counts.begin(), scratch.counts.end(), 0);
    for (int f = 0; f < scene.face_count; f++) {
      const int i0 = scene.faces[3 * f], i1 = scene.faces[3 * f + 1], i2 = scene.faces[3 * f + 2];
      if (w[i0] == 0 || w[i1] == 0 || w[i2] == 0) continue;
      const double x0 = x[i0], y0 = y[i0], x1 = x[i1], y1 = y[i1], x2 = x[i2], y2 = y[i2];
      const double left = std::min({x0, x1, x2}), right = std::max({x0, x1, x2});
      const double bottom = std::min({y0, y1, y2}), top = std::max({y0, y1, y2});
      const double box_left = left - box_size, box_right = right + box_size;
      const double box_bottom = bottom - box_size, box_top = top + box_size;
      if (!(box_left < 1 && box_right > -1 && box_bottom < 1 && box_top > -1)) continue;

      const auto column_x = [width](int column) { return double(2 * column + 1 - width) / width; };
      const auto row_y = [height](int row) { return double(height - 2 * row - 1) / height; };
      int first_column = std::max(0, int(std::ceil((width * (box_left + 1) - 1) / 2 - 1)));
      while (first_column < width && column_x(first_column) < box_left) first_column++;
      int last_column = std::min(width - 1, int(std::floor((width * (box_right + 1) - 1) / 2 + 1)));
      while (last_column >= 0 && column_x(last_column) >= box_right) last_column--;
      int first_row = std::max(0, int(std::ceil((height * (1 - box_top) - 1) / 2 - 1)));
      while (first_row < height && row_y(first_row) >= box_top) first_row++;
      int last_row = std::min(height - 1, int(std::floor((height * (1 - box_bottom) - 1) / 2 + 1)));
      while (last_row >= 0 && row_y(last_row) < box_bottom) last_row--;

      const double e0x = x1 - x0, e0y = y1 - y0, e1x = x2 - x1, e1y = y2 - y1, e2x = x0 - x2, e2y = y0 - y2;
      const double l0 = e0x * e0x + e0y * e0y, l1 = e1x * e1x + e1y * e1y, l2 = e2x * e2x + e2y * e2y;
      const double r0 = l0 > 0 ? 1 / l0 : 0, r1 = l1 > 0 ? 1 / l1 : 0, r2 = l2 > 0 ? 1 / l2 : 0;

      for (int row = first_row; row <= last_row; row++) {
        const double py = row_y(row);
        const bool far = py < bottom - reach || py > top + reach;
        const int32_t *open = &scratch.next_open[size_t(row) * (width + 1)];
        for (int column = open[first_column]; column <= last_column; column = open[column + 1]) {
          const int pixel = row * width + column;
          if (scratch.counts[pixel] == max_faces) continue;
          scratch.counts[pixel]++;
          const double px = column_x(column);
          if (far || px < left - reach || px > right + reach) continue;

          double t = std::clamp(((px - x0) * e0x + (py - y0) * e0y) * r0, 0.0, 1.0);
          double cx = x0 + t * e0x - px, cy = y0 + t * e0y - py;
          double nearest = cx * cx + cy * cy;
          int from = i0, to = i1;
          const auto try_edge = [&](double sx, double sy, double ex, double ey, double r, int start, int end) {
            const double u = std::clamp(((px - sx) * ex + (py - sy) * ey) * r, 0.0, 1.0);
            const double dx = sx + u * ex - px, dy = sy + u * ey - py;
            const double squared = dx * dx + dy * dy;
            if (squared < (1 - tie) * nearest) {
              nearest = squared, t = u, cx = dx, cy = dy, from = start, to = end;
            }
          };
          try_edge(x1, y1, e1x, e1y, r1, i1, i2);
          try_edge(x2, y2, e2x, e2y, r2, i2, i0);

          const double exponent = sharpness * nearest;
          if (exponent > negligible) continue;
          const double p = fine_decay(exponent);
          scratch.survival[base + pixel] *= 1 - p;
          const double slope = (-2 * sharpness * p) / std::max(1 - p, smallest_miss);
          scratch.pairs.push_back({base + pixel, from, to, float(t), float(slope * cx), float(slope * cy)});
        }
      }
    }
    for (int i = base; i < base + pixels; i++) mask[i] = visible.faces[i] >= 0 ? 1 : 1 - scratch.survival[i];
  }
  scratch.item_starts[scene.batch] = scratch.pairs.size();
}

void soft_mask_backward(const Scene &scene, MaskScratch &scratch, Floats &position_gradient) {
  std::fill(position_gradient.begin(), position_gradient.end(), 0.f);
  for (int item = 0; item < scene.batch; item++) {
    Doubles &gradient = scratch.vertex_sums;
    std::fill(gradient.begin(), gradient.end(), 0.0);
    for (size_t k = scratch.item_starts[item]; k < scratch.item_starts[item + 1]; k++) {
      const Pair &pair = scratch.pairs[k];
      const double g = double(scene.mask_upstream[pair.pixel]) * scratch.survival[pair.pixel];
      const double gx = g * pair.slope_x, gy = g * pair.slope_y, t = pair.t;
      gradient[2 * pair.from] += (1 - t) * gx;
      gradient[2 * pair.from + 1] += (1 - t) * gy;
      gradient[2 * pair.to] += t * gx;
      gradient[2 * pair.to + 1] += t * gy;
    }
    scratch.vertices.project(scene, item);
    scratch.vertices.add_planar_gradient(gradient, &position_gradient[size_t(4) * item * scene.vertex_count]);
  }
}

// ---- reading, checking, timing

template <typename T>
std::vector<T> read(std::ifstream &file, size_t count) {
  std::vector<T> values(count);
  file.read(reinterpret_cast<char *>(values.data()), std::streamsize(count * sizeof(T)));
  if (!file) std::fprintf(stderr, "the scene ends too early\n"), std::exit(1);
  return values;
}

/** Largest difference, as a share of the largest expected value. */
double difference(const Floats &found, const Floats &expected) {
  double most = 0, scale = 0;
  for (size_t i = 0; i < found.size(); i++) {
    most = std::max(most, std::abs(double(found[i]) - expected[i]));
    scale = std::max(scale, std::abs(double(expected[i])));
  }
  return most / scale;
}

double processor_milliseconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return 1e3 * time.tv_sec + 1e-6 * time.tv_nsec;
}

/** The fastest of the runs of a third of a second. */
template <typename Run>
double fastest(Run run) {
  for (int i = 0; i < 3; i++) run();
  double best = std::numeric_limits<double>::infinity();
  for (double begin = processor_milliseconds(); processor_milliseconds() < begin + 333;) {
    const double start = processor_milliseconds();
    run();
    best = std::min(best, processor_milliseconds() - start);
  }
  return best;
}

int main(int argc, char **argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: raster SCENE\n"), 1;
  std::ifstream file(argv[1], std::ios::binary);
  if (!file) return std::fprintf(stderr, "%s: cannot be read\n", argv[1]), 1;
  const auto header = read<int32_t>(file, 5);
  Scene scene{header[0], header[1], header[2], header[3], header[4], {}, {}, {}, {}, {}};
  const size_t total = size_t(scene.batch) * scene.pixels(), vertices = scene.vertex_count;
  const size_t position_numbers = 4 * vertices * scene.batch;
  scene.positions = read<float>(file, position_numbers);
  scene.colors = read<float>(file, 3 * vertices);
  scene.faces = read<int32_t>(file, size_t(3) * scene.face_count);
  scene.image_upstream = read<float>(file, 3 * total);
  scene.mask_upstream = read<float>(file, total);
  const auto expected_faces = read<int32_t>(file, total);
  const auto expected_image = read<float>(file, 3 * total), expected_mask = read<float>(file, total);
  const auto expected_colors = read<float>(file, 3 * vertices), expected_positions = read<float>(file, position_numbers);
  const auto expected_outline = read<float>(file, position_numbers);

  Visible visible{Ints(total), Floats(3 * total)};
  VisibilityScratch visibility{Vertices(vertices), Doubles(vertices), Floats(scene.pixels())};
  BackwardScratch backward{
      Vertices(vertices), Doubles(size_t(9) * scene.face_count), std::vector<uint8_t>(scene.face_count), Doubles(3 * vertices), Doubles(3 * vertices)};
  MaskScratch soft{Vertices(vertices),  Ints(size_t(scene.width + 1) * scene.height), Ints(scene.pixels()), Floats(total), {},
                   std::vector<size_t>(scene.batch + 1), Doubles(2 * vertices)};
  Floats image(3 * total), mask(total), color_gradient(3 * vertices), position_gradient(position_numbers), outline_gradient(position_numbers);

  const double times[] = {
      fastest([&] { find_visible(scene, visibility, visible); }),
      fastest([&] { interpolate(scene, visible, image.data()); }),
      fastest([&] { interpolate_backward(scene, visible, backward, color_gradient, position_gradient); }),
      fastest([&] { soft_mask(scene, visible, soft, mask); }),
      fastest([&] { soft_mask_backward(scene, soft, outline_gradient); }),
  };
  size_t other_faces = 0;
  for (size_t i = 0; i < total; i++) other_faces += visible.faces[i] != expected_faces[i];
  const double differences[] = {
      double(other_faces) / total,
      difference(image, expected_image),
      std::max(difference(color_gradient, expected_colors), difference(position_gradient, expected_positions)),
      difference(mask, expected_mask),
      difference(outline_gradient, expected_outline),
  };
  for (int i = 0; i < 5; i++) std::printf("%.6f %.3g\n", times[i], differences[i]);
}
