// The one table: columns described once, shown as a table on wide screens and as one block per row on a phone.
import { Paper } from "@mantine/core";
import type { ReactNode } from "react";
import { type More, MoreButton } from "./MoreButton";

export interface Column<T> {
  name: string;
  cell: (row: T) => ReactNode;
  align?: "right";
  /** The column that names the row. */
  lead?: boolean;
  /** Holds sentences: on a phone they stand under the name of the column. */
  prose?: boolean;
  /** Holds what can be done with the row: on a phone the buttons have its whole width, without a name. */
  acts?: boolean;
}

/** What stands where a row has nothing to say; on a phone, where each value takes a line, it is left out. */
const NONE = "–";

interface DataTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  empty: ReactNode;
  /** Reads the next page, when there is one. */
  more?: More;
}

export function DataTable<T>({ label, columns, rows, rowKey, empty, more }: DataTableProps<T>) {
  if (rows.length === 0) return <Paper>{empty}</Paper>;
  return (
    <>
      <Paper className="table-frame" p={0}>
        <table className="table" aria-label={label} role="table">
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => (
                <th key={column.name} scope="col" role="columnheader" data-align={column.align}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((row) => (
              <tr key={rowKey(row)} role="row">
                {columns.map((column) => (
                  <Cell key={column.name} column={column} value={column.cell(row)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Paper>
      <MoreButton more={more} />
    </>
  );
}

function Cell<T>({ column, value }: { column: Column<T>; value: ReactNode }) {
  return (
    <td
      role="cell"
      data-label={column.name}
      data-align={column.align}
      data-lead={column.lead || undefined}
      data-prose={column.prose || undefined}
      data-acts={column.acts || undefined}
      data-none={value === null || value === NONE || undefined}
    >
      <span>{value}</span>
    </td>
  );
}
