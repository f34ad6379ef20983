/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/paths.h"

#include "core/memory.h"

size_t ond_path_last_filter(const ond_scattering_path *path)
{
    return path->filter[path->order - 1];
}

/* Band-pass filters come first, fine scales before coarse ones: a path goes on with those from here on. */
static size_t first_coarser_filter(const ond_filters *filters, const ond_scattering_path *path)
{
    size_t index = path->order > 0 ? ond_path_last_filter(path) + 1 : 0;
    int scale = path->order > 0 ? path->scale[path->order - 1] : -1;
    while (index < filters->count && filters->filters[index].info.kind == OND_FILTER_BAND_PASS
           && filters->filters[index].info.scale <= scale) {
        index++;
    }
    return index;
}

static size_t count_band_passes(const ond_filters *filters)
{
    size_t count = 0;
    while (count < filters->count && filters->filters[count].info.kind == OND_FILTER_BAND_PASS) {
        count++;
    }
    return count;
}

/* Paths of order m that end in each filter: the sum of those of order m − 1 over finer filters. */
static ond_status count_paths(const ond_filters *filters, int order, size_t *total)
{
    size_t bands = count_band_passes(filters);
    double *ending = ond_memory_allocate(bands ? bands : 1, 2 * sizeof *ending);
    if (!ending) {
        return OND_ERROR_MEMORY;
    }
    double *next = ending + bands;
    double sum = 1;
    for (size_t i = 0; i < bands; i++) {
        ending[i] = 1;
    }
    for (int m = 1; m <= order; m++) {
        double finer = 0;
        for (size_t i = 0, k = 0; i < bands; i++) {
            for (; filters->filters[k].info.scale < filters->filters[i].info.scale; k++) {
                finer += ending[k];
            }
            sum += ending[i];
            next[i] = finer;
        }
        for (size_t i = 0; i < bands; i++) {
            ending[i] = next[i];
        }
    }
    ond_memory_free(ending);
    if (sum > 1e7) {
        return ond_fail(OND_ERROR_ARGUMENT, "order %d on %zu filters gives %.3g paths, up to 1e7 are possible", order,
                        bands, sum);
    }
    *total = (size_t)sum;
    return OND_OK;
}

static ond_path_node extend(const ond_filters *filters, const ond_path_node *parent, size_t parent_channel,
                            size_t filter)
{
    ond_path_node child = {.path = parent->path};
    const ond_filter_info *info = &filters->filters[filter].info;
    int m = child.path.order++;
    child.path.filter[m] = filter;
    child.path.scale[m] = info->scale;
    child.path.orientation[m] = info->orientation;
    child.path.angle_rad[m] = info->angle_rad;
    child.path.parent = parent_channel;
    return child;
}

ond_status ond_path_tree_create(const ond_filters *filters, int order, ond_path_tree *tree)
{
    size_t total = 0;
    OND_TRY(count_paths(filters, order, &total));
    ond_path_node *nodes = ond_memory_allocate_zero(total, sizeof *nodes);
    if (!nodes) {
        return OND_ERROR_MEMORY;
    }
    size_t bands = count_band_passes(filters);
    size_t count = 1;
    for (size_t channel = 0; channel < count; channel++) {
        ond_path_node *node = &nodes[channel];
        node->first_child = count;
        if (node->path.order == order) {
            continue;
        }
        for (size_t filter = first_coarser_filter(filters, &node->path); filter < bands; filter++) {
            nodes[count++] = extend(filters, node, channel, filter);
            node->child_count++;
        }
    }
    *tree = (ond_path_tree){.count = count, .nodes = nodes};
    return OND_OK;
}

void ond_path_tree_free(ond_path_tree *tree)
{
    ond_memory_free(tree->nodes);
    *tree = (ond_path_tree){0};
}
